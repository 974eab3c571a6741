// Reasons: behaviours that are known not to hold, by name, each with why.

/** In Shoal's nodes. Everything else must hold. */
export const reasons: Readonly<Record<string, string>> = {};

/** In reference nodes, which are Docker's own doing. */
export const reasonsOfReference: Readonly<Record<string, string>> = {
	'after a node is killed its tasks get no connection':
		'IPVS goes on sending to the tasks of a dead node until gossip has given it up, which takes some seconds.',
	'binfmt --install registers emulators, in this node alone':
		'A privileged container registers in the kernel of the host, for all nodes on it.',
	'rules that someone flushed come back': 'Docker writes its rules when tasks change, and does not look after them.',
};
