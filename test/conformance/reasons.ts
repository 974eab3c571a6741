// Reasons: behaviours that are known not to hold in a Shoal node, by name, each with why. Everything else must hold.
export const reasons: Readonly<Record<string, string>> = {
	'a second builder in a container':
		'The builder runs from the image moby/buildkit, which no Docker Hub is there to give. With that image in the node it works.',
	'an encrypted network carries traffic, or says that the kernel cannot':
		'This kernel has no ESP (CONFIG_INET_ESP). On a stock Debian kernel it works.',
};
