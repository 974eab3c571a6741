// Reasons: behaviours that are known not to hold in a Shoal node, by name, each with why. Everything else must hold.
export const reasons: Readonly<Record<string, string>> = {};
