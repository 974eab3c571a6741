// Docker types: the fields of Docker's own API objects that Shoal reads, under Docker's own names, and nothing more.
//
// Docker leaves out what is empty and sends `null` for empty lists, so everything that is not an ID may be missing.
// Source of the names: the Engine API reference, version 1.45 (https://docs.docker.com/reference/api/engine/).

/** `GET /info` of one node's engine. */
export interface SystemInfo {
	Name?: string;
	OSType?: string;
	Architecture?: string;
	ServerVersion?: string;
	Swarm?: LocalSwarm;
}

/** What an engine knows of its own part in a swarm: `GET /info`, `.Swarm`. */
export interface LocalSwarm {
	NodeID?: string;
	/** `inactive`, `pending`, `active`, `error` or `locked`. */
	LocalNodeState?: string;
	/** True on a manager, also on one that has no leader to ask. */
	ControlAvailable?: boolean;
	/** Why it cannot speak for its swarm, such as that there is no leader. Empty when it can. */
	Error?: string;
	/** How many nodes the swarm has; on managers with a leader only. */
	Nodes?: number;
	Managers?: number;
	/** On managers with a leader only. */
	Cluster?: { ID?: string; Spec?: { EncryptionConfig?: { AutoLockManagers?: boolean } } } | null;
}

export interface Meta {
	ID: string;
	CreatedAt?: string;
	UpdatedAt?: string;
	Version?: { Index?: number };
}

/** `GET /nodes`. */
export interface SwarmNode extends Meta {
	Spec?: { Role?: string; Availability?: string; Labels?: Record<string, string> | null };
	Description?: { Hostname?: string; Platform?: { OS?: string; Architecture?: string } };
	Status?: { State?: string; Message?: string; Addr?: string };
	ManagerStatus?: { Leader?: boolean; Reachability?: string; Addr?: string } | null;
}

export interface PortConfig {
	Protocol?: string;
	TargetPort?: number;
	PublishedPort?: number;
	PublishMode?: string;
}

interface Named {
	Name?: string;
	Labels?: Record<string, string> | null;
}

export interface TaskSpec {
	ContainerSpec?: {
		Image?: string;
		Secrets?: { SecretName?: string }[] | null;
		Configs?: { ConfigName?: string }[] | null;
	};
	Networks?: { Target?: string }[] | null;
	Placement?: { Constraints?: string[] | null };
}

/** `GET /services?status=true`. */
export interface Service extends Meta {
	Spec?: Named & {
		TaskTemplate?: TaskSpec;
		Mode?: {
			Replicated?: { Replicas?: number };
			Global?: object;
			ReplicatedJob?: { MaxConcurrent?: number; TotalCompletions?: number };
			GlobalJob?: object;
		};
		/** Where engines before 17.12 wrote the networks. */
		Networks?: { Target?: string }[] | null;
	};
	Endpoint?: { Ports?: PortConfig[] | null };
	UpdateStatus?: { State?: string; Message?: string } | null;
	/** Sent because of `status=true`. */
	ServiceStatus?: { RunningTasks?: number; DesiredTasks?: number; CompletedTasks?: number };
}

/** `GET /tasks`. */
export interface Task extends Meta {
	ServiceID?: string;
	Slot?: number;
	NodeID?: string;
	DesiredState?: string;
	Spec?: TaskSpec;
	Status?: {
		Timestamp?: string;
		State?: string;
		Message?: string;
		Err?: string;
		ContainerStatus?: { ContainerID?: string; ExitCode?: number } | null;
	};
}

/** `GET /networks`. */
export interface Network {
	Id: string;
	Name?: string;
	Driver?: string;
	Scope?: string;
	Attachable?: boolean;
	Internal?: boolean;
	Ingress?: boolean;
	IPAM?: { Config?: { Subnet?: string }[] | null };
	Options?: Record<string, string> | null;
}

/** `GET /secrets`, without the secret: Docker never gives it out. */
export interface Secret extends Meta {
	Spec?: Named;
}

/** `GET /configs`. The content is there too; nobody reads it. */
export interface Config extends Meta {
	Spec?: Named;
}

/** `GET /swarm`, for the one thing that only it has. */
export interface SwarmInspect {
	ID?: string;
	JoinTokens?: { Worker?: string; Manager?: string };
}
