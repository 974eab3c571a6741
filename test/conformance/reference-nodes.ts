// Reference nodes for the conformance suite: the same image in the plain way, `--privileged` on a stock host, where IPVS
// answers and Docker balances by itself. What a row does here is what Docker does.
import type { DockerEngine } from '#runner/engine/docker-engine.ts';
import type { Engine } from '#runner/engine/engine.ts';
import { type HostConfig, nodeContainer } from '#runner/engine/node-container.ts';
import type { MakeCluster } from './cluster.ts';
import { type ShoalNodesOptions, shoalNodes } from './shoal-nodes.ts';

type Options = Omit<ShoalNodesOptions, 'engine'> & { engine: DockerEngine };

/** Makes clusters of privileged nodes, without Shoal's mesh. Only for a machine that is thrown away. */
export function referenceNodes(options: Options): MakeCluster {
	return shoalNodes({ ...options, engine: privileged(options.engine), mesh: false });
}

/** The same with the mesh there, which must see that IPVS works and leave the nodes alone. */
export function referenceNodesBesideMesh(options: Options): MakeCluster {
	return shoalNodes({ ...options, engine: privileged(options.engine), balancer: 'ipvs' });
}

/** The engine, but what it starts is privileged and in no user namespace. */
function privileged(engine: DockerEngine): Engine {
	return {
		...engine,
		startNode: async (spec) => {
			const request = nodeContainer(spec, await engine.facts());
			// No `CgroupnsMode` but the node's own, which is private: with the host's, an inner engine would share its groups.
			const plain: HostConfig = { Privileged: true, Mounts: [], CapAdd: [], CapDrop: [], SecurityOpt: [] };
			const HostConfig = { ...request.HostConfig, ...plain };
			const container = await engine.docker.createContainer({ ...request, HostConfig });
			await container.start();
			return container.id;
		},
	};
}
