// The engine inside a node: containers, limits, building, platforms, a registry.
import type { Group } from '../behaviour.ts';

const run = '/reference/cli/docker/container/run/';
const limits = '/engine/containers/resource_constraints/';
const multiPlatform = '/build/building/multi-platform/';
const topology = { managers: 1, workers: 1, swarm: 'formed' } as const;

export const engine: Group = {
	name: 'The engine in a node',
	topology,
	images: ['shoal/probe:1', 'registry:2', 'tonistiigi/binfmt:latest', 'shoal/arm64-parts:1'],
	behaviours: [
		{
			name: '--privileged containers run, with all that they may in a node',
			docs: run,
			script:
				'docker run --rm --privileged shoal/probe:1 sh -c \'mount -t tmpfs none /mnt 2>/dev/null || (mkdir -p /mnt && mount -t tmpfs none /mnt); grep -c " /mnt " /proc/mounts; ip link add dummy0 type dummy 2>/dev/null || true; ls /sys | wc -l\'',
			expect: /^1\s+[1-9]\d*/,
			short: true,
		},
		{
			name: 'docker run --memory limits memory',
			docs: limits,
			script:
				"docker run --rm --memory 32m shoal/probe:1 sh -c 'cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes'; docker run --memory 32m --memory-swap 32m --name eater shoal/probe:1 sh -c 'x=$(head -c 100000000 /dev/zero | tr \"\\\\0\" x); echo survived' || echo ended with $?; docker inspect eater --format '{{.State.OOMKilled}}'; docker rm eater >/dev/null",
			expect: /33554432\s+ended with 137\s+true/,
		},
		{
			name: 'service --limit-memory ends a task that takes more, with the reason',
			docs: '/engine/swarm/services/',
			script: `
				service eater --restart-condition none --limit-memory 32M shoal/probe:1 sh -c 'x=$(head -c 200000000 /dev/zero | tr "\\0" x); sleep 100'
				failed() { docker service ps eater --no-trunc --format '{{.CurrentState}} {{.Error}}' | grep -q '^Failed'; }; until_ok 40 failed; docker service ps eater --no-trunc --format '{{.CurrentState}} {{.Error}}'`,
			expect: /Failed.*(137|OOM|oom)/,
			short: true,
		},
		{
			name: 'service --limit-cpu slows a task down',
			docs: '/engine/swarm/services/',
			script: `
				service busy --constraint node.hostname==manager1 --limit-cpu 0.2 shoal/probe:1 sh -c 'while :; do :; done'; running busy 1; sleep 2
				docker inspect $(container busy) --format '{{.HostConfig.NanoCpus}}'
				used() { cat /sys/fs/cgroup/cpuacct/docker/$1/cpuacct.usage 2>/dev/null || awk '/usage_usec/ {print $2 * 1000}' /sys/fs/cgroup/docker/$1/cpu.stat; }
				id=$(docker inspect $(container busy) --format '{{.Id}}'); a=$(used $id); t=$(date +%s%N); sleep 4; b=$(used $id); echo share $(( (b - a) * 100 / ($(date +%s%N) - t) ))`,
			expect: /200000000\s+share (1\d|2[0-5])\s/,
		},
		{
			name: 'pids are limited',
			docs: limits,
			script:
				"docker run --rm --pids-limit 20 shoal/probe:1 sh -c 'for i in $(seq 40); do sleep 5 & done; wait' 2>&1 | grep -m1 -i \"can't fork\" || true",
			expect: /can't fork/i,
		},
		{
			name: 'docker stats shows what containers use',
			docs: '/reference/cli/docker/container/stats/',
			script:
				"docker run -d --rm --name idle --memory 64m shoal/probe:1 sleep 100 >/dev/null; docker stats --no-stream --format '{{.Name}} {{.MemUsage}} {{.PIDs}}' idle; docker rm -f idle >/dev/null",
			expect: /idle [\d.]+[KM]iB \/ 64MiB 1/,
		},
		{
			name: 'docker events, top, logs, exec, cp, diff, pause, commit',
			docs: '/reference/cli/docker/',
			script: `
				docker run -d --name all shoal/probe:1 sh -c 'echo logged; touch /made; sleep 100' >/dev/null; sleep 1; docker logs all; docker exec all hostname | wc -c; echo copied > /tmp/c; docker cp -q /tmp/c all:/c; docker exec all cat /c; docker diff all | grep made; docker top all | grep -c sleep
				docker pause all >/dev/null; docker inspect all --format '{{.State.Status}}'; docker unpause all >/dev/null; docker commit all kept:1 >/dev/null; docker rm -f all >/dev/null; docker run --rm kept:1 cat /c; sleep 1; docker events --since 30s --until 0s --filter container=all --format '{{.Action}}' | sort -u | tr '\\n' ' '`,
			expect:
				/logged\s+13\s+copied\s+A \/made\s+[12]\s+paused\s+copied\s[\s\S]*commit[\s\S]*create[\s\S]*pause[\s\S]*start/,
		},
		{
			name: 'system df and prune',
			docs: '/reference/cli/docker/system/df/',
			script: 'docker volume create unused >/dev/null; docker system df; docker volume prune -af',
			expect: /TYPE[\s\S]*Images[\s\S]*Local Volumes[\s\S]*Deleted Volumes:[\s\S]*unused/,
		},
		{
			name: 'volumes keep data between containers',
			docs: '/engine/storage/volumes/',
			script:
				"docker run --rm -v kept:/d shoal/probe:1 sh -c 'echo stays > /d/f'; docker run --rm -v kept:/d shoal/probe:1 cat /d/f; docker volume rm kept",
			expect: /stays\s+kept/,
		},
		{
			name: 'bridge networks, published ports and container names',
			docs: '/engine/network/',
			script:
				'docker network create mine >/dev/null; docker run -d --name one --network mine -p 8700:8080 shoal/probe:1 >/dev/null; served localhost:8700; docker run --rm --network mine shoal/probe:1 wget -T 2 -qO- http://one:8080/; docker rm -f one >/dev/null; docker network rm mine',
			expect: /^\w{12}\s+mine/,
		},
		{
			name: 'docker build builds with BuildKit',
			docs: '/build/',
			script: `
				mkdir -p /root/build && cd /root/build && printf 'FROM shoal/probe:1\\nARG WHO=nobody\\nRUN echo built for $WHO > /who\\nCMD ["cat", "/who"]\\n' > Dockerfile
				docker build -q --build-arg WHO=you -t built:1 . >/dev/null && docker run --rm built:1`,
			expect: /built for you/,
			short: true,
		},
		{
			name: 'without an emulator a foreign image does not start',
			docs: multiPlatform,
			script: `
				mkdir -p /root/arm && cd /root/arm && printf '\\177ELF\\002\\001\\001\\000\\000\\000\\000\\000\\000\\000\\000\\000\\002\\000\\267\\000' > program && chmod +x program && printf 'FROM scratch\\nCOPY program /program\\nENTRYPOINT ["/program"]\\n' > Dockerfile
				docker build -q --platform linux/arm64 -t arm:1 . >/dev/null; docker image inspect arm:1 --format '{{.Architecture}}'; refused docker run --rm --platform linux/arm64 arm:1`,
			expect: /arm64[\s\S]*exec format error/,
		},
		{
			name: 'binfmt --install registers emulators, in this node alone',
			docs: multiPlatform,
			script: `
				docker run --rm --privileged tonistiigi/binfmt:latest --install all; ls /proc/sys/fs/binfmt_misc
				@worker1
				ls /proc/sys/fs/binfmt_misc | grep -c qemu || true`,
			expect: /installing: aarch64 OK[\s\S]*qemu-aarch64[\s\S]*\n0\s*$/,
		},
		{
			name: 'buildx lists the emulated platforms',
			docs: multiPlatform,
			script:
				'docker run --rm --privileged tonistiigi/binfmt:latest --install all >/dev/null 2>&1; docker buildx ls; docker buildx inspect --bootstrap | grep Platforms',
			expect: /linux\/amd64[\s\S]*Platforms:.*linux\/arm64/,
		},
		{
			name: 'a registry as a service takes and gives images on every node',
			docs: '/engine/swarm/stack-deploy/',
			script: `
				service registry --publish published=5000,target=5000 registry:2; running registry 1; served 127.0.0.1:5000/v2/; docker tag shoal/probe:1 127.0.0.1:5000/mine:1; docker push -q 127.0.0.1:5000/mine:1
				@worker1
				docker pull -q 127.0.0.1:5000/mine:1
				@manager1
				service web --replicas 2 127.0.0.1:5000/mine:1; running web 2; docker service inspect web --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}'`,
			expect: /127\.0\.0\.1:5000\/mine:1@sha256:/,
			seconds: 90,
		},
		{
			name: 'buildx builds an image for several platforms and pushes it',
			docs: multiPlatform,
			script: `
				service registry --publish published=5000,target=5000 registry:2; running registry 1; served 127.0.0.1:5000/v2/
				mkdir -p /root/multi && cd /root/multi && printf 'FROM scratch\\nARG TARGETARCH\\nCOPY file-$TARGETARCH /file\\n' > Dockerfile; for a in amd64 arm64 arm; do echo $a > file-$a; done
				docker buildx build --quiet --platform linux/amd64,linux/arm64,linux/arm/v7 -t 127.0.0.1:5000/multi:1 --push . >/dev/null; docker buildx imagetools inspect 127.0.0.1:5000/multi:1 | grep Platform; docker manifest inspect --insecure 127.0.0.1:5000/multi:1 | grep -c '"architecture": "arm'`,
			expect: /linux\/amd64[\s\S]*linux\/arm64[\s\S]*linux\/arm\/v7[\s\S]*\n2\s*$/,
			seconds: 90,
		},
		{
			name: 'a RUN step for another platform runs under emulation, and so does the image',
			docs: multiPlatform,
			script: `
				docker run --rm --privileged tonistiigi/binfmt:latest --install all >/dev/null 2>&1
				mkdir -p /root/emulated && cd /root/emulated && id=$(docker create shoal/arm64-parts:1 x) && docker cp -q $id:/busybox busybox && docker rm $id >/dev/null
				printf 'FROM scratch\\nCOPY busybox /bin/busybox\\nRUN ["/bin/busybox", "sh", "-c", "/bin/busybox uname -m > /machine"]\\nCMD ["/bin/busybox", "cat", "/machine"]\\n' > Dockerfile
				docker buildx build -q --platform linux/arm64 -t emulated:1 --load . >/dev/null; docker run --rm --platform linux/arm64 emulated:1; docker run --rm --platform linux/arm64 emulated:1 /bin/busybox uname -m`,
			expect: /^aarch64\s+aarch64/,
		},
		{
			name: 'docker save, load, export, import, tag, history, rmi',
			docs: '/reference/cli/docker/image/',
			script: `
				docker tag shoal/probe:1 moved:1; docker save moved:1 -o /tmp/moved.tar; docker rmi moved:1 >/dev/null; docker load -q -i /tmp/moved.tar; docker history moved:1 --format '{{.CreatedBy}}' | head -1; id=$(docker create moved:1); docker export $id | docker import - flat:1 | cut -c1-7; docker rm $id >/dev/null; docker rmi moved:1 flat:1 | head -1`,
			expect: /Loaded image: moved:1\s+\S[\s\S]*sha256:[\s\S]*Untagged/,
		},
		{
			name: 'containers with restart policies come back with the engine',
			docs: '/engine/containers/start-containers-automatically/',
			script: `
				docker run -d --restart unless-stopped --name always shoal/probe:1 sleep 10000 >/dev/null
				!restart manager1
				up() { [ "$(docker inspect always --format '{{.State.Status}}')" = running ]; }; until_ok 30 up; echo up; docker rm -f always >/dev/null`,
			expect: /up/,
			seconds: 90,
		},
	],
};

const containerDriver = '/build/builders/drivers/docker-container/';
const emulators = 'docker run --rm --privileged tonistiigi/binfmt:latest --install all >/dev/null 2>&1';
/** Makes the builder, or takes it when a row before made it. */
const builder =
	'docker buildx use multiarch-builder 2>/dev/null || docker buildx create --name multiarch-builder --driver-opt network=host --use >/dev/null';

export const builders: Group = {
	name: 'Builders in containers',
	topology: { managers: 1, workers: 0, swarm: 'formed' },
	images: [
		'moby/buildkit:buildx-stable-1',
		'registry:2',
		'tonistiigi/binfmt:latest',
		'shoal/arm64-parts:1',
		'shoal/probe:1',
	],
	behaviours: [
		{
			name: 'a second builder in a container',
			docs: containerDriver,
			script: `
				${emulators}; docker buildx create --name multiarch-builder --driver-opt network=host --use; docker buildx inspect --bootstrap; docker buildx ls; docker ps --format '{{.Names}}'`,
			expect:
				/^multiarch-builder\s[\s\S]*Driver:\s+docker-container[\s\S]*Status:\s+running[\s\S]*Platforms:.*linux\/arm64[\s\S]*multiarch-builder\*[\s\S]*buildx_buildkit_multiarch-builder0/,
		},
		{
			name: 'the builder builds for several platforms, with emulated steps, and pushes one image of them',
			docs: multiPlatform,
			script: `
				${emulators}; ${builder}; service registry --publish published=5000,target=5000 registry:2; running registry 1; served 127.0.0.1:5000/v2/
				mkdir -p /root/both && cd /root/both && id=$(docker create shoal/arm64-parts:1 x) && docker cp -q $id:/busybox busybox-arm64 && docker rm $id >/dev/null; id=$(docker create shoal/probe:1 x) && docker cp -q $id:/bin/busybox busybox-amd64 && docker rm $id >/dev/null
				printf 'FROM scratch\\nARG TARGETARCH\\nCOPY busybox-$TARGETARCH /bin/busybox\\nRUN ["/bin/busybox", "sh", "-c", "/bin/busybox uname -m > /machine"]\\nCMD ["/bin/busybox", "cat", "/machine"]\\n' > Dockerfile-producer
				docker buildx build -q --platform linux/amd64,linux/arm64 -t 127.0.0.1:5000/producer:multi-arch --push -f Dockerfile-producer . >/dev/null
				docker buildx imagetools inspect 127.0.0.1:5000/producer:multi-arch | grep 'Platform: *linux'; for platform in amd64 arm64; do docker run --rm -q --platform linux/$platform 127.0.0.1:5000/producer:multi-arch; docker image rm 127.0.0.1:5000/producer:multi-arch >/dev/null; done`,
			expect: /linux\/amd64\s+Platform:\s+linux\/arm64\s+x86_64\s+aarch64/,
			seconds: 120,
		},
		{
			name: 'the builder loads what it built into the engine',
			docs: containerDriver,
			script: `
				${builder}; mkdir -p /root/load && cd /root/load && printf 'FROM scratch\\nCOPY Dockerfile /Dockerfile\\n' > Dockerfile
				docker buildx build -q --load -t loaded:1 . >/dev/null; docker image inspect loaded:1 --format '{{.RepoTags}}'; docker buildx build . 2>&1 | grep 'No output specified'`,
			expect: /\[loaded:1\]\s+.*No output specified with docker-container driver/,
		},
		{
			name: 'a builder is removed with its container',
			docs: containerDriver,
			script: `${builder}; docker buildx inspect --bootstrap >/dev/null; docker buildx rm multiarch-builder 2>&1; docker buildx ls; docker ps -a --format '{{.Names}}' | grep -c buildkit || true`,
			expect: /multiarch-builder removed[\s\S]*default\*[\s\S]*\n0\s*$/,
		},
	],
};
