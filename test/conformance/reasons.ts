// Reasons: behaviours that are known not to hold in a Shoal node, by name, each with why. Everything else must hold.
export const reasons: Readonly<Record<string, string>> = {
	'a second builder in a container':
		'The builder runs from the image moby/buildkit, and no Docker Hub is in reach of a node.',
	'an encrypted network carries traffic, or says that the kernel cannot': 'This kernel has no ESP (CONFIG_INET_ESP).',
};
