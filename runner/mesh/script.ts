// Script: a rule set as shell scripts, one for each network namespace. Running one twice is running it once.
import type { Balance, Forgotten, NodeRules, RuleSet, SandboxRules, Target } from './rules.ts';

function targetsOf(targets: Target[]): string {
	const written = targets.map(({ address, port }) => (port === undefined ? address : `${address} . ${port}`));
	if (written.length === 1 && targets[0])
		return targets[0].port === undefined ? targets[0].address : `${targets[0].address}:${targets[0].port}`;
	return `numgen inc mod ${written.length} map { ${written.map((target, index) => `${index} : ${target}`).join(', ')} }`;
}

/** A target list without entries has no rule: the sandbox itself answers, with a reset. */
function ruleOf({ to, targets }: Balance): string[] {
	if (targets.length === 0) return [];
	// Ping on a virtual IP is answered by the balancer itself, as with IPVS.
	const match = 'vip' in to ? `ip daddr ${to.vip} meta l4proto { tcp, udp, sctp }` : `${to.protocol} dport ${to.port}`;
	return [`\t\t${match} dnat ip to ${targetsOf(targets)}`];
}

/**
 * The script for a balancer's namespace: one nftables transaction on a table of its own, and the virtual IPs as
 * addresses, because nobody else answers ARP for them.
 */
export function sandboxScript({ namespace, source, balances }: SandboxRules): string {
	const vips = balances.flatMap(({ to }) => ('vip' in to ? [to.vip] : []));
	const sysctls = [
		'net/ipv4/ip_forward=1',
		// What comes in at eth0 leaves there: the kernel would advise clients to send to the task directly, without NAT.
		'net/ipv4/conf/all/send_redirects=0',
		'net/ipv4/conf/eth0/send_redirects=0',
	];
	return [
		...sysctls.map((sysctl) => `echo ${sysctl.split('=')[1]} > /proc/sys/${sysctl.split('=')[0]}`),
		"nft -f - <<'END' || exit 1",
		'table ip shoal_mesh',
		'delete table ip shoal_mesh',
		'table ip shoal_mesh {',
		'\tchain balance {',
		'\t\ttype nat hook prerouting priority dstnat - 5;',
		...balances.flatMap(ruleOf),
		'\t}',
		'\tchain answer {',
		'\t\ttype nat hook postrouting priority srcnat - 5;',
		`\t\tct status dnat snat ip to ${source}`,
		'\t}',
		'}',
		'END',
		...(namespace === 'ingress_sbox' ? [] : addressLines(vips)),
		'',
	].join('\n');
}

function addressLines(vips: string[]): string[] {
	return [
		`wanted=" ${vips.join(' ')} "`,
		"for has in $(ip -4 -o addr show dev eth0 | sed -n 's|.* inet \\([0-9.]*\\)/32 .*|\\1|p'); do",
		'\tcase $wanted in *" $has "*) ;; *) ip addr del "$has/32" dev eth0 ;; esac',
		'done',
		'for vip in $wanted; do ip addr replace "$vip/32" dev eth0; done',
	];
}

/**
 * The script for the node's own namespace: the chain DOCKER-INGRESS with exactly the rules that moby writes there when
 * IPVS works (libnetwork/service_linux.go, programIngress), so that lessons about it are true, and dockerd keeps it first.
 */
export function nodeScript({ gateway, ports }: NodeRules): string {
	if (!gateway || ports.length === 0) return emptyNodeScript;
	const { address, subnet } = gateway;
	const dnat = ports.map(
		({ protocol, port }) =>
			`-A DOCKER-INGRESS -p ${protocol} --dport ${port} -j DNAT --to-destination ${address}:${port}`,
	);
	const accept = ports.flatMap(({ protocol, port }) => [
		`-A DOCKER-INGRESS -p ${protocol} --dport ${port} -j ACCEPT`,
		`-A DOCKER-INGRESS -p ${protocol} --sport ${port} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
	]);
	const local = '-m addrtype --dst-type LOCAL -j DOCKER-INGRESS';
	return [
		'has=$(iptables-save -t nat && iptables-save -t filter) || exit 1',
		'first=$(iptables -S DOCKER-FORWARD 1 2>/dev/null)',
		'missing() { case $has in *"-A $1"*) ;; *) echo "-I $1" ;; esac; }',
		'{',
		"cat <<'END'",
		'*nat',
		':DOCKER-INGRESS - [0:0]',
		...dnat,
		'-A DOCKER-INGRESS -j RETURN',
		'END',
		`missing 'PREROUTING ${local}'`,
		`missing 'OUTPUT ${local}'`,
		"missing 'POSTROUTING -o docker_gwbridge -m addrtype --src-type LOCAL -j MASQUERADE'",
		"cat <<'END'",
		'COMMIT',
		'*filter',
		':DOCKER-INGRESS - [0:0]',
		...accept,
		'-A DOCKER-INGRESS -j RETURN',
		'END',
		...jumpInForward,
		'echo COMMIT',
		'} | iptables-restore --noflush || exit 1',
		'echo 1 > /proc/sys/net/ipv4/conf/docker_gwbridge/route_localnet',
		// A task that asks its own node sits on the same bridge as the ingress sandbox: the answer would go to it directly.
		"nft -f - <<'END'",
		'table ip shoal_mesh',
		'delete table ip shoal_mesh',
		'table ip shoal_mesh {',
		'\tchain answer {',
		'\t\ttype nat hook postrouting priority srcnat - 5;',
		`\t\tip saddr ${subnet} ip daddr ${address} ct status dnat masquerade`,
		'\t}',
		'}',
		'END',
		'',
	].join('\n');
}

/**
 * The jump comes before what drops. Up to Engine 27 that is after DOCKER-USER, and dockerd keeps it there. Since 28 it is
 * the first rule of DOCKER-FORWARD; a dockerd that starts puts that chain at the top of FORWARD, and its own jumps at the
 * top of that chain (iptabler.go, setupIPChains), so being there is not enough.
 */
const jumpInForward = [
	'case $has in',
	'*":DOCKER-FORWARD "*)',
	'\tcase $first in *" -j DOCKER-INGRESS") ;; *)',
	'\t\tcase $has in *"-A DOCKER-FORWARD -j DOCKER-INGRESS"*) echo "-D DOCKER-FORWARD -j DOCKER-INGRESS" ;; esac',
	'\t\techo "-I DOCKER-FORWARD -j DOCKER-INGRESS"',
	'\tesac ;;',
	'*"-A FORWARD -j DOCKER-INGRESS"*) ;;',
	'*"-A FORWARD -j DOCKER-USER"*) echo "-I FORWARD 2 -j DOCKER-INGRESS" ;;',
	'*) echo "-I FORWARD -j DOCKER-INGRESS" ;;',
	'esac',
];

/** Nothing is published: as moby, leave the chain if it is there, without a rule but the last. */
const emptyNodeScript = [
	'for table in nat filter; do',
	'\tcase $(iptables-save -t $table) in *":DOCKER-INGRESS "*) ;; *) continue ;; esac',
	'\tprintf "*%s\\n:DOCKER-INGRESS - [0:0]\\n-A DOCKER-INGRESS -j RETURN\\nCOMMIT\\n" $table | iptables-restore --noflush || exit 1',
	'done',
	"nft -f - <<'END'",
	'table ip shoal_mesh',
	'delete table ip shoal_mesh',
	'END',
	'',
].join('\n');

/**
 * Namespace (`-` for the node's own) -> script, in the order to write them: from the inside out, because a client that is
 * let in early would be answered by nobody, and wait.
 */
export function scriptsOf(rules: RuleSet): Map<string, string> {
	const scripts = new Map(rules.sandboxes.map((sandbox) => [sandbox.namespace, sandboxScript(sandbox)]));
	scripts.set('-', nodeScript(rules.node));
	return scripts;
}

/** `conntrack` fails when there was nothing to delete. */
export function forgetScript({ flows }: Forgotten): string {
	return `${flows.map((flow) => `conntrack -D ${flow.join(' ')} 2>/dev/null`).join('\n')}\ntrue\n`;
}

const association = 'src 127.0.0.1 dst 127.0.0.2 proto esp spi 0xfffffffe';

/** Fails where the kernel cannot encrypt as Docker does it: tries a security association of that kind, and takes it back. */
export const encryptionProbe = `ip xfrm state add ${association} mode transport aead 'rfc4106(gcm(aes))' 0x${'11'.repeat(20)} 64 || exit 1
ip xfrm state del ${association}
`;

/**
 * Exits with 1 where dockerd has no balancer but IPVS. Engines since 29.6 run a swarm on nftables when they are told to
 * (feature swarm-nftables) and cannot balance with it yet, and `docker info` does not tell the two apart. The balancer of
 * https://github.com/moby/moby/pull/53125 names its table so.
 */
export const ownBalancerProbe = 'grep -qaF docker-lb-nat "/proc/$(cat /var/run/docker.pid)/exe"\n';
