// Networking: overlay networks, names, virtual IPs, the routing mesh, host ports.
import type { Group } from '../behaviour.ts';

const overlay = '/engine/network/drivers/overlay/';
const manage = '/engine/swarm/networking/';
const mesh = '/engine/swarm/ingress/';
const topology = { managers: 1, workers: 2, swarm: 'formed' } as const;
const images = ['shoal/probe:1'];

export const overlays: Group = {
	name: 'Overlay networks',
	topology,
	images,
	behaviours: [
		{
			name: 'a swarm has ingress and docker_gwbridge',
			docs: manage,
			script: "docker network ls --format '{{.Name}} {{.Driver}} {{.Scope}}' | sort",
			expect: /docker_gwbridge bridge local[\s\S]*ingress overlay swarm/,
		},
		{
			name: 'tasks on different nodes reach each other by name over an overlay network',
			docs: overlay,
			script: `
				docker network create -d overlay app1 >/dev/null
				service web --network app1 --constraint node.hostname==worker1 shoal/probe:1
				service client --network app1 --constraint node.hostname==manager1 shoal/probe:1 sleep 1000
				running web 1; running client 1
				reach() { inside client wget -T 2 -qO- http://web:8080/; }
				until_ok 10 reach; reach; inside client ping -c 1 -W 2 tasks.web`,
			expect: /^\w{12}\s[\s\S]*1 packets received/,
			short: true,
		},
		{
			name: 'the service name is one virtual IP, tasks.NAME is every task',
			docs: overlay,
			script: `
				docker network create -d overlay app2 >/dev/null
				service web --network app2 --replicas 3 shoal/probe:1; service client --network app2 --constraint node.hostname==manager1 shoal/probe:1 sleep 1000
				running web 3; running client 1; names() { [ "$(inside client nslookup tasks.web 2>/dev/null | grep -c 'Address.*10\\.')" -ge 3 ]; }; until_ok 10 names
				inside client nslookup web 2>/dev/null | awk '/^Address/ && /10\\./ {print "vip", $NF}' | sort -u; docker service inspect web --format '{{range .Endpoint.VirtualIPs}}{{.Addr}} {{end}}'
				inside client nslookup tasks.web 2>/dev/null | grep -c 'Address.*10\\.'`,
			expect: /vip (10\.[\d.]+)\s+(?:\S+ )*\1\/\d+ [\s\S]*3/,
		},
		{
			name: 'the virtual IP shares connections among all tasks in turn',
			docs: overlay,
			script: `
				docker network create -d overlay app3 >/dev/null
				service web --network app3 --replicas 3 shoal/probe:1; service client --network app3 --constraint node.hostname==worker2 shoal/probe:1 sleep 1000
				running web 3; running client 1
				@worker2
				turn() { for i in 1 2 3; do inside client wget -T 2 -qO- http://web:8080/; done | sort -u | grep -c .; }
				three() { [ "$(turn)" = 3 ]; }; until_ok 10 three; turn; turn`,
			expect: /^3\s+3\s*$/,
			short: true,
		},
		{
			name: 'the virtual IP answers a ping',
			docs: overlay,
			script: `
				docker network create -d overlay app4 >/dev/null
				service web --network app4 --constraint node.hostname==worker1 shoal/probe:1; service client --network app4 --constraint node.hostname==manager1 shoal/probe:1 sleep 1000
				running web 1; running client 1; reach() { inside client ping -c 1 -W 2 web; }; until_ok 10 reach; reach`,
			expect: /1 packets received/,
		},
		{
			name: 'virtual IPs carry UDP',
			docs: overlay,
			script: `
				docker network create -d overlay app5 >/dev/null
				service echo --network app5 --replicas 3 shoal/probe:1 udp-echo 9000; service client --network app5 --constraint node.hostname==manager1 shoal/probe:1 sleep 1000
				running echo 3; running client 1
				turn() { for i in 1 2 3; do inside client udp-echo echo 9000; done | sort -u | grep -c .; }
				three() { [ "$(turn)" = 3 ]; }; until_ok 10 three; turn`,
			expect: /^3\s*$/,
		},
		{
			name: 'a UDP client that keeps its port is moved when its task goes',
			docs: overlay,
			script: `
				docker network create -d overlay app6 >/dev/null
				service echo --network app6 --replicas 1 shoal/probe:1 udp-echo 9000; service client --network app6 --constraint node.hostname==manager1 shoal/probe:1 sleep 1000
				running echo 1; running client 1; ask() { inside client udp-echo echo 9000 5555; }; until_ok 10 ask; first=$(ask)
				docker service update -q --force echo >/dev/null; running echo 1
				moved() { now=$(ask) && [ "$now" != $first ]; }; until_ok 15 moved; echo moved`,
			expect: /moved/,
		},
		{
			name: 'endpoint mode dnsrr gives the tasks’ addresses and no virtual IP',
			docs: manage,
			script: `
				docker network create -d overlay app7 >/dev/null
				service web --network app7 --replicas 3 --endpoint-mode dnsrr shoal/probe:1; service client --network app7 --constraint node.hostname==manager1 shoal/probe:1 sleep 1000
				running web 3; running client 1; names() { [ "$(inside client nslookup web 2>/dev/null | grep -c 'Address.*10\\.')" -ge 3 ]; }; until_ok 10 names; names && echo three addresses
				docker service inspect web --format '{{len .Endpoint.VirtualIPs}}'; inside client wget -T 2 -qO- http://web:8080/`,
			expect: /three addresses\s+0\s+\w{12}/,
		},
		{
			name: 'a network alias works like the service’s name',
			docs: '/reference/cli/docker/service/create/',
			script: `
				docker network create -d overlay app8 >/dev/null
				service web --network name=app8,alias=shop shoal/probe:1; service client --network app8 --constraint node.hostname==manager1 shoal/probe:1 sleep 1000
				running web 1; running client 1; reach() { inside client wget -T 2 -qO- http://shop:8080/; }; until_ok 10 reach; reach`,
			expect: /^\w{12}/,
		},
		{
			name: 'services on different networks do not see each other',
			docs: manage,
			script: `
				docker network create -d overlay left >/dev/null; docker network create -d overlay right >/dev/null
				service web --network left shoal/probe:1; service client --network right --constraint node.hostname==manager1 shoal/probe:1 sleep 1000
				running web 1; running client 1; refused inside client wget -T 2 -qO- http://web:8080/`,
			expect: /bad address|timed out|resolve/,
		},
		{
			name: 'network-add connects a running service, network-rm disconnects it',
			docs: manage,
			script: `
				docker network create -d overlay late >/dev/null
				service web --constraint node.hostname==worker1 shoal/probe:1; service client --network late --constraint node.hostname==manager1 shoal/probe:1 sleep 1000
				running web 1; running client 1; refused inside client wget -T 2 -qO- http://web:8080/ >/dev/null
				docker service update -q --network-add late web >/dev/null; reach() { inside client wget -T 2 -qO- http://web:8080/; }; until_ok 15 reach; reach
				docker service update -q --network-rm late web >/dev/null; gone() { ! reach; }; until_ok 15 gone; echo gone`,
			expect: /^\w{12}\s+gone/,
			seconds: 100,
		},
		{
			name: 'a container attaches to an attachable network and reaches services',
			docs: overlay,
			script: `
				docker network create -d overlay --attachable open >/dev/null; service web --network open --replicas 2 shoal/probe:1; running web 2
				@worker2
				reach() { docker run --rm --network open shoal/probe:1 wget -T 2 -qO- http://web:8080/; }; until_ok 15 reach; reach`,
			expect: /^\w{12}/,
		},
		{
			name: 'a container may not attach to a network that is not attachable',
			docs: overlay,
			script:
				'docker network create -d overlay closed >/dev/null; refused docker run --rm --network closed shoal/probe:1 true',
			expect: /network closed not manually attachable/,
		},
		{
			name: 'an internal network balances too, and has no way out',
			docs: overlay,
			script: `
				docker network create -d overlay --internal inner >/dev/null
				service web --network inner --replicas 2 shoal/probe:1; service client --network inner --constraint node.hostname==manager1 shoal/probe:1 sleep 1000
				running web 2; running client 1; two() { [ "$(for i in 1 2; do inside client wget -T 2 -qO- http://web:8080/; done | sort -u | grep -c .)" = 2 ]; }; until_ok 10 two; echo two
				inside client ip route | grep -c default || true`,
			expect: /two\s+0/,
		},
		{
			name: 'a network with a chosen subnet',
			docs: manage,
			script: `
				docker network create -d overlay --subnet 10.77.0.0/24 --gateway 10.77.0.1 chosen >/dev/null; service web --network chosen --constraint node.hostname==manager1 shoal/probe:1; running web 1
				inside web ip -4 -o addr | grep -o '10\\.77\\.0\\.[0-9]*/24'`,
			expect: /10\.77\.0\.\d+\/24/,
		},
		{
			name: 'an encrypted network carries traffic, or the learner is told that the kernel cannot encrypt',
			docs: overlay,
			script: `
				docker network create -d overlay --opt encrypted safe >/dev/null
				service web --network safe --constraint node.hostname==worker1 shoal/probe:1; service client --network safe --constraint node.hostname==manager1 shoal/probe:1 sleep 1000
				running web 1; running client 1; reach() { inside client wget -T 2 -qO- http://web:8080/; }; until_ok 15 reach && reach && ip xfrm state | grep -c 'proto esp' || true
				!told`,
			expect:
				/^\w{12}\s+[1-9]|The network safe is encrypted, which this kernel cannot do \(.+\): its tasks do not reach other nodes\./,
		},
		{
			name: 'a network in use is not removed',
			docs: manage,
			script: `
				docker network create -d overlay used >/dev/null; service web --network used shoal/probe:1; running web 1; refused docker network rm used
				docker service rm web >/dev/null; gone() { docker network rm used; }; until_ok 20 gone; echo removed`,
			expect: /(has active endpoints|is in use by service)[\s\S]*removed/,
		},
		{
			name: 'network inspect --verbose shows services and tasks from gossip, on workers too',
			docs: manage,
			script: `
				docker network create -d overlay seen >/dev/null; service web --network seen --mode global shoal/probe:1; running web 3; sleep 1
				@worker1
				docker network inspect --verbose seen --format '{{with index .Services "web"}}{{.VIP}} {{len .Tasks}}{{end}}'`,
			expect: /^10\.\S+ 3/,
		},
	],
};

export const routingMesh: Group = {
	name: 'Routing mesh',
	topology,
	images: ['shoal/probe:1', 'carmeloc/goweb:1.0'],
	behaviours: [
		{
			name: 'a published port answers on every node, also where no task runs, and on localhost',
			docs: mesh,
			script: `
				service web --publish published=8080,target=8080 --constraint node.hostname==worker1 shoal/probe:1; running web 1; served localhost:8080
				for node in $MANAGER1 $WORKER1 $WORKER2 localhost; do get $node:8080; done
				@worker2
				get localhost:8080; get $MANAGER1:8080; get 127.0.0.1:8080`,
			expect: /^(\w{12}\s+)\1{6}$/,
			short: true,
		},
		{
			name: 'three requests come from three tasks',
			docs: mesh,
			script: `
				service goweb --replicas 3 --publish published=8888,target=8080 carmeloc/goweb:1.0; running goweb 3; served localhost:8888; sleep 1
				for i in 1 2 3; do get localhost:8888/Hello; done | sort -u`,
			expect: /(This is \w{12} running on linux\/\w+ saying: Hello\s+){3}$/,
			short: true,
		},
		{
			name: 'a port is published without a number of its own, and one is chosen',
			docs: mesh,
			script: `
				service web --publish target=8080 shoal/probe:1; running web 1; port=$(docker service inspect web --format '{{(index .Endpoint.Ports 0).PublishedPort}}')
				echo $port; served localhost:$port && get localhost:$port`,
			expect: /^3\d{4}\s+\w{12}/,
		},
		{
			name: 'UDP ports are published',
			docs: mesh,
			script: `
				service echo --replicas 2 --publish published=5353,target=9000,protocol=udp shoal/probe:1 udp-echo 9000; running echo 2
				ask() { docker run --rm --network host shoal/probe:1 udp-echo $1 5353; }; until_ok 10 ask 127.0.0.1; ask $WORKER1; ask $WORKER2
				@worker2
				docker run --rm --network host shoal/probe:1 udp-echo 127.0.0.1 5353`,
			expect: /^(\w{12}\s+){3}$/,
		},
		{
			name: 'the same port for TCP and UDP',
			docs: mesh,
			script: `
				service both --publish published=7000,target=8080,protocol=tcp --publish published=7000,target=9000,protocol=udp shoal/probe:1 sh -c 'udp-echo 9000 & exec serve'; running both 1; served $WORKER1:7000; get $WORKER1:7000
				ask() { docker run --rm --network host shoal/probe:1 udp-echo $WORKER2 7000; }; until_ok 5 ask; ask`,
			expect: /^(\w{12}\s+)\1$/,
		},
		{
			name: 'a port that another service publishes is refused with the reason',
			docs: mesh,
			script:
				'service web --publish 8082:8080 shoal/probe:1; running web 1; refused docker service create -d --name other --publish 8082:8080 shoal/probe:1',
			expect: /port '8082' is already in use by service 'web'/,
		},
		{
			name: 'publish-add and publish-rm change the ports of a running service',
			docs: mesh,
			script: `
				service web --publish 8083:8080 shoal/probe:1; running web 1; served localhost:8083
				docker service update -q --publish-rm 8083:8080 --publish-add 8084:8080 web >/dev/null; served localhost:8084 && get localhost:8084
				closed() { ! get localhost:8083; }; until_ok 15 closed; echo closed`,
			expect: /^\w{12}\s+closed/,
			seconds: 90,
		},
		{
			name: 'new tasks take part, tasks that were scaled away do not',
			docs: mesh,
			script: `
				service web --replicas 1 --publish 8085:8080 shoal/probe:1; running web 1; served localhost:8085; different 4 localhost:8085
				docker service scale -d web=4 >/dev/null; running web 4; four() { [ "$(different 8 localhost:8085)" = 4 ]; }; until_ok 5 four; different 8 localhost:8085
				docker service scale -d web=2 >/dev/null; running web 2; two() { [ "$(different 8 localhost:8085)" = 2 ]; }; until_ok 5 two; different 8 localhost:8085`,
			expect: /^1\s+4\s+2\s*$/,
		},
		{
			name: 'containers reach a published port on any node, also tasks on their own node',
			docs: mesh,
			script: `
				service web --mode global --publish 8086:8080 shoal/probe:1; running web 3; served localhost:8086
				docker run --rm shoal/probe:1 wget -T 3 -qO- http://$MANAGER1:8086/; docker run --rm shoal/probe:1 wget -T 3 -qO- http://$WORKER1:8086/
				inside web wget -T 3 -qO- http://$MANAGER1:8086/; inside web wget -T 3 -qO- http://$WORKER2:8086/`,
			expect: /^(\w{12}\s+){4}$/,
		},
		{
			name: 'when the service goes, so does the port',
			docs: mesh,
			script: `
				service web --publish 8087:8080 shoal/probe:1; running web 1; served localhost:8087; docker service rm web >/dev/null
				closed() { ! get localhost:8087 && ! get $WORKER2:8087; }; until_ok 20 closed; none() { ! iptables-save | grep -q 8087; }; until_ok 20 none; echo closed
				@worker1
				none() { ! iptables-save | grep -q 8087; }; until_ok 20 none; echo no rule left`,
			expect: /closed\s+no rule left/,
		},
		{
			name: 'mode host publishes on the task’s own node alone',
			docs: mesh,
			script: `
				service web --constraint node.hostname==worker1 --publish published=8088,target=8080,mode=host shoal/probe:1; running web 1; served $WORKER1:8088; get $WORKER1:8088
				refused get $WORKER2:8088`,
			expect: /^\w{12}\s+.*(refused|Could not connect)/i,
		},
		{
			name: 'mode host lets one task per node have the port',
			docs: mesh,
			script: `
				service web --replicas 4 --publish published=8089,target=8080,mode=host shoal/probe:1; running web 3
				docker service ps web --no-trunc --format '{{.CurrentState}} {{.Error}}' | grep Pending`,
			expect: /no suitable node \(host-mode port already in use on 3 nodes\)/,
		},
		{
			name: 'after a node is killed its tasks get no connection',
			docs: mesh,
			script: `
				service web --mode global --publish 8092:8080 shoal/probe:1; running web 3; served localhost:8092
				!kill worker1
				sleep 1; fail=0; for i in $(seq 20); do curl -s -m 2 localhost:8092 >/dev/null || fail=$((fail+1)); done; echo $fail failed
				!start worker1
				node_is worker1 Ready; running web 3; three() { [ "$(different 6 localhost:8092)" = 3 ]; }; until_ok 15 three; echo three again`,
			expect: /^0 failed\s+three again/,
			seconds: 120,
		},
		{
			name: 'the ports survive a restart of a node’s Docker Engine',
			docs: mesh,
			script: `
				service web --mode global --publish 8093:8080 shoal/probe:1; running web 3; served localhost:8093
				!restart worker2
				node_is worker2 Ready; running web 3; served $WORKER2:8093; three() { [ "$(different 6 $WORKER2:8093)" = 3 ]; }; until_ok 15 three; echo three`,
			expect: /three/,
			seconds: 120,
		},
		{
			name: 'killing dockerd and containerd in a node leaves a node that works again',
			docs: mesh,
			script: `
				service web --mode global --publish 8096:8080 shoal/probe:1; running web 3; served localhost:8096
				@worker2
				pkill -9 -x containerd; sleep 1; pkill -9 -x dockerd; up() { docker version && [ -n "$(container web)" ]; }; until_ok 40 up
				@manager1
				node_is worker2 Ready; running web 3; three() { [ "$(different 6 $WORKER2:8096)" = 3 ]; }; until_ok 20 three; echo three`,
			expect: /three/,
			seconds: 120,
		},
		{
			name: 'rules that someone flushed come back',
			docs: mesh,
			script: `
				service web --replicas 2 --publish 8094:8080 shoal/probe:1; running web 2; served localhost:8094; iptables -t nat -F; iptables -F DOCKER-INGRESS; nsenter --net=/var/run/docker/netns/ingress_sbox nft flush ruleset
				served localhost:8094; get localhost:8094`,
			expect: /^\w{12}/,
		},
		{
			name: 'the ingress network can be made anew with other settings',
			docs: manage,
			script: `
				none() { [ -z "$(docker ps -q)" ]; }; until_ok 40 none
				@worker1
				none() { [ -z "$(docker ps -q)" ]; }; until_ok 40 none
				@worker2
				none() { [ -z "$(docker ps -q)" ]; }; until_ok 40 none
				@manager1
				echo y | docker network rm ingress >/dev/null 2>&1; gone() { ! docker network inspect ingress; }; until_ok 20 gone
				docker network create --driver overlay --ingress --subnet 10.88.0.0/16 ingress >/dev/null
				service web --mode global --publish 8095:8080 shoal/probe:1; running web 3; served localhost:8095; served $WORKER1:8095; get $WORKER1:8095; docker network inspect ingress --format '{{(index .IPAM.Config 0).Subnet}}'`,
			expect: /^\w{12}\s+10\.88\.0\.0\/16/,
			seconds: 90,
		},
	],
};
