// The scripts that a rule set becomes. That they work is proven in test/runner/mesh/mesh.engine.test.ts.
import { expect, test } from 'vitest';
import { forgetScript, nodeScript, sandboxScript } from '#runner/mesh/script.ts';

test('a balancer of an overlay network', () => {
	const script = sandboxScript({
		namespace: 'lb_abcdefghi',
		source: '10.0.1.9',
		balances: [
			{
				to: { vip: '10.0.1.2' },
				targets: [
					{ address: '10.0.1.3', port: undefined },
					{ address: '10.0.1.4', port: undefined },
				],
			},
			{ to: { vip: '10.0.1.7' }, targets: [{ address: '10.0.1.8', port: undefined }] },
			{ to: { vip: '10.0.1.12' }, targets: [] },
		],
		members: [],
	});
	expect(script).toMatchInlineSnapshot(`
		"echo 1 > /proc/sys/net/ipv4/ip_forward
		echo 0 > /proc/sys/net/ipv4/conf/all/send_redirects
		echo 0 > /proc/sys/net/ipv4/conf/eth0/send_redirects
		nft -f - <<'END' || exit 1
		table ip shoal_mesh
		delete table ip shoal_mesh
		table ip shoal_mesh {
			chain balance {
				type nat hook prerouting priority dstnat - 5;
				ip daddr 10.0.1.2 meta l4proto { tcp, udp, sctp } dnat ip to numgen inc mod 2 map { 0 : 10.0.1.3, 1 : 10.0.1.4 }
				ip daddr 10.0.1.7 meta l4proto { tcp, udp, sctp } dnat ip to 10.0.1.8
			}
			chain answer {
				type nat hook postrouting priority srcnat - 5;
				ct status dnat snat ip to 10.0.1.9
			}
		}
		END
		wanted=" 10.0.1.2 10.0.1.7 10.0.1.12 "
		for has in $(ip -4 -o addr show dev eth0 | sed -n 's|.* inet \\([0-9.]*\\)/32 .*|\\1|p'); do
			case $wanted in *" $has "*) ;; *) ip addr del "$has/32" dev eth0 ;; esac
		done
		for vip in $wanted; do ip addr replace "$vip/32" dev eth0; done
		"
	`);
});

test('the ingress sandbox', () => {
	const script = sandboxScript({
		namespace: 'ingress_sbox',
		source: '10.0.0.2',
		balances: [
			{
				to: { protocol: 'tcp', port: 8888 },
				targets: [
					{ address: '10.0.0.6', port: 8080 },
					{ address: '10.0.0.7', port: 8080 },
				],
			},
			{ to: { protocol: 'udp', port: 53 }, targets: [{ address: '10.0.0.9', port: 5353 }] },
		],
		members: [],
	});
	expect(script.split('\n').filter((line) => line.includes('dport'))).toMatchInlineSnapshot(`
		[
		  "		tcp dport 8888 dnat ip to numgen inc mod 2 map { 0 : 10.0.0.6 . 8080, 1 : 10.0.0.7 . 8080 }",
		  "		udp dport 53 dnat ip to 10.0.0.9:5353",
		]
	`);
	expect(script).not.toContain('ip addr');
});

test('the node: moby’s own chain with moby’s own rules', () => {
	const gateway = { address: '172.18.0.2', subnet: '172.18.0.0/16' };
	expect(nodeScript({ gateway, ports: [{ protocol: 'tcp', port: 8888 }] })).toMatchInlineSnapshot(`
		"has=$(iptables-save -t nat && iptables-save -t filter) || exit 1
		first=$(iptables -S DOCKER-FORWARD 1 2>/dev/null)
		missing() { case $has in *"-A $1"*) ;; *) echo "-I $1" ;; esac; }
		{
		cat <<'END'
		*nat
		:DOCKER-INGRESS - [0:0]
		-A DOCKER-INGRESS -p tcp --dport 8888 -j DNAT --to-destination 172.18.0.2:8888
		-A DOCKER-INGRESS -j RETURN
		END
		missing 'PREROUTING -m addrtype --dst-type LOCAL -j DOCKER-INGRESS'
		missing 'OUTPUT -m addrtype --dst-type LOCAL -j DOCKER-INGRESS'
		missing 'POSTROUTING -o docker_gwbridge -m addrtype --src-type LOCAL -j MASQUERADE'
		cat <<'END'
		COMMIT
		*filter
		:DOCKER-INGRESS - [0:0]
		-A DOCKER-INGRESS -p tcp --dport 8888 -j ACCEPT
		-A DOCKER-INGRESS -p tcp --sport 8888 -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
		-A DOCKER-INGRESS -j RETURN
		END
		case $has in
		*":DOCKER-FORWARD "*)
			case $first in *" -j DOCKER-INGRESS") ;; *)
				case $has in *"-A DOCKER-FORWARD -j DOCKER-INGRESS"*) echo "-D DOCKER-FORWARD -j DOCKER-INGRESS" ;; esac
				echo "-I DOCKER-FORWARD -j DOCKER-INGRESS"
			esac ;;
		*"-A FORWARD -j DOCKER-INGRESS"*) ;;
		*"-A FORWARD -j DOCKER-USER"*) echo "-I FORWARD 2 -j DOCKER-INGRESS" ;;
		*) echo "-I FORWARD -j DOCKER-INGRESS" ;;
		esac
		echo COMMIT
		} | iptables-restore --noflush || exit 1
		echo 1 > /proc/sys/net/ipv4/conf/docker_gwbridge/route_localnet
		nft -f - <<'END'
		table ip shoal_mesh
		delete table ip shoal_mesh
		table ip shoal_mesh {
			chain answer {
				type nat hook postrouting priority srcnat - 5;
				ip saddr 172.18.0.0/16 ip daddr 172.18.0.2 ct status dnat masquerade
			}
		}
		END
		"
	`);
});

test('a node that publishes nothing has no chain unless there was one', () => {
	expect(nodeScript({ gateway: undefined, ports: [] })).toMatchInlineSnapshot(`
		"for table in nat filter; do
			case $(iptables-save -t $table) in *":DOCKER-INGRESS "*) ;; *) continue ;; esac
			printf "*%s\\n:DOCKER-INGRESS - [0:0]\\n-A DOCKER-INGRESS -j RETURN\\nCOMMIT\\n" $table | iptables-restore --noflush || exit 1
		done
		nft -f - <<'END'
		table ip shoal_mesh
		delete table ip shoal_mesh
		END
		"
	`);
});

test('forgetting fails on nothing', () => {
	expect(forgetScript({ namespace: '-', flows: [['-p', 'udp', '--orig-port-dst', '53']] })).toMatchInlineSnapshot(`
		"conntrack -D -p udp --orig-port-dst 53 2>/dev/null
		true
		"
	`);
});
