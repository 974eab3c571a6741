// Stacks, compose, secrets and configs.
import type { Group } from '../behaviour.ts';

const stack = '/engine/swarm/stack-deploy/';
const secrets = '/engine/swarm/secrets/';
const configs = '/engine/swarm/configs/';
const topology = { managers: 1, workers: 1, swarm: 'formed' } as const;
const images = ['shoal/probe:1'];

const composeFile = `cat > /root/compose.yaml <<'END'
services:
  web:
    image: shoal/probe:1
    ports: ["8500:8080"]
    networks: [front]
    deploy: { replicas: 2, update_config: { order: start-first }, labels: { tier: front } }
    configs: [{ source: page, target: /www/config }]
    secrets: [key]
  client:
    image: shoal/probe:1
    command: sleep 1000
    networks: [front]
    deploy: { placement: { constraints: [node.role == manager] } }
networks:
  front:
configs:
  page: { file: ./page.txt }
secrets:
  key: { file: ./key.txt }
END
echo configured > /root/page.txt; echo hidden > /root/key.txt; cd /root`;

export const stacks: Group = {
	name: 'Stacks and Compose',
	topology,
	images,
	behaviours: [
		{
			name: 'stack deploy makes networks, configs, secrets and services',
			docs: stack,
			script: `${composeFile}
				docker stack deploy -c compose.yaml shop 2>&1; running shop_web 2; running shop_client 1; served localhost:8500; get localhost:8500/config; inside shop_web cat /run/secrets/key
				docker stack rm shop >/dev/null`,
			expect: /Creating network shop_front[\s\S]*Creating service shop_web[\s\S]*configured\s+hidden/,
			short: true,
		},
		{
			name: 'stack ls, services and ps show the stack',
			docs: stack,
			script: `${composeFile}
				until_ok 30 docker stack deploy -c compose.yaml two; running two_web 2; docker stack ls; docker stack services two --format '{{.Name}} {{.Replicas}}'; docker stack ps two --format '{{.Name}}' | sort`,
			expect: /two +2[\s\S]*two_web 2\/2[\s\S]*two_client\.1[\s\S]*two_web\.2/,
		},
		{
			name: 'services of a stack reach each other by their short names',
			docs: stack,
			script: `${composeFile}
				until_ok 30 docker stack deploy -c compose.yaml three; running three_web 2; running three_client 1; reach() { inside three_client wget -T 2 -qO- http://web:8080/; }; until_ok 10 reach; reach; docker stack rm three >/dev/null`,
			expect: /^\w{12}/,
		},
		{
			name: 'deploying a changed file updates what changed',
			docs: stack,
			script: `${composeFile}
				until_ok 30 docker stack deploy -c compose.yaml four; running four_web 2; sed -i 's/replicas: 2/replicas: 3/' compose.yaml; docker stack deploy -c compose.yaml four 2>&1; running four_web 3; echo three; docker stack rm four >/dev/null`,
			expect: /Updating service four_web[\s\S]*three/,
		},
		{
			name: 'stack rm removes all of it',
			docs: stack,
			script: `${composeFile}
				until_ok 30 docker stack deploy -c compose.yaml five; running five_web 2; docker stack rm five; gone() { [ -z "$(docker service ls -q --filter label=com.docker.stack.namespace=five)$(docker network ls -q --filter name=five_)$(docker secret ls -q --filter name=five_)" ]; }; until_ok 30 gone; echo gone`,
			expect: /Removing service five_client[\s\S]*Removing network five_front[\s\S]*gone/,
		},
		{
			name: 'stack config shows the merged file',
			docs: '/reference/cli/docker/stack/config/',
			script: `${composeFile}\ndocker stack config -c compose.yaml`,
			expect: /published: 8500/,
		},
		{
			name: 'compose up, ps, exec, logs and down on one node',
			docs: '/compose/',
			script: `
				mkdir -p /root/app && cd /root/app && printf 'services:\\n  web:\\n    image: shoal/probe:1\\n    ports: ["8600:8080"]\\n  talk:\\n    image: shoal/probe:1\\n    command: sh -c "echo talking; sleep 1000"\\n' > compose.yaml
				docker compose up -d 2>&1; served localhost:8600; get localhost:8600; docker compose ps --format '{{.Service}} {{.State}}' | sort; docker compose exec -T web wget -T 2 -qO- http://web:8080/; docker compose logs talk; docker compose down 2>&1`,
			expect: /\w{12}\s+talk running\s+web running\s+\w{12}[\s\S]*talking[\s\S]*Removed/,
		},
		{
			name: 'compose ignores deploy keys that only a swarm has',
			docs: '/reference/compose-file/deploy/',
			script: `
				mkdir -p /root/app2 && cd /root/app2 && printf 'services:\\n  web:\\n    image: shoal/probe:1\\n    deploy:\\n      placement: { constraints: ["node.role == worker"] }\\n' > compose.yaml
				docker compose up -d 2>&1; docker compose ps -q | wc -l; docker compose down >/dev/null 2>&1`,
			expect: /1\s*$/,
		},
	],
};

export const secretsAndConfigs: Group = {
	name: 'Secrets and configs',
	topology,
	images,
	behaviours: [
		{
			name: 'a secret reaches the tasks that may have it, in memory alone',
			docs: secrets,
			script: `
				printf opensesame | docker secret create door - >/dev/null; service web --mode global --secret door shoal/probe:1; running web 2
				inside web sh -c 'cat /run/secrets/door; echo; grep -c "/run/secrets/door tmpfs" /proc/mounts'
				@worker1
				inside web cat /run/secrets/door`,
			expect: /opensesame\s+1\s+opensesame/,
			short: true,
		},
		{
			name: 'a secret cannot be read back',
			docs: secrets,
			script:
				'printf quiet | docker secret create quiet - >/dev/null; docker secret inspect quiet; docker secret ls --format "{{.Name}}"',
			expect: /^(?![\s\S]*Data)[\s\S]*quiet/,
		},
		{
			name: 'a secret takes another name, owner and mode',
			docs: secrets,
			script: `
				printf 42 | docker secret create raw - >/dev/null; service web --constraint node.hostname==manager1 --secret source=raw,target=answer,uid=7,mode=0400 shoal/probe:1; running web 1; inside web ls -ln /run/secrets/answer; inside web cat /run/secrets/answer`,
			expect: /-r-------- +1 7 [\s\S]*42/,
		},
		{
			name: 'a secret in use is not removed',
			docs: secrets,
			script:
				'printf x | docker secret create used - >/dev/null; service web --secret used shoal/probe:1; refused docker secret rm used; docker service rm web >/dev/null; docker secret rm used',
			expect: /secret 'used' is in use by the following service: web[\s\S]*used/,
		},
		{
			name: 'rotating a secret is an update of the service',
			docs: secrets,
			script: `
				printf old | docker secret create pw1 - >/dev/null; printf new | docker secret create pw2 - >/dev/null
				service web --constraint node.hostname==manager1 --secret source=pw1,target=password shoal/probe:1; running web 1; inside web cat /run/secrets/password; echo
				docker service update -q --secret-rm pw1 --secret-add source=pw2,target=password web >/dev/null; running web 1; inside web cat /run/secrets/password`,
			expect: /old\s+new/,
		},
		{
			name: 'a config is a file in the task',
			docs: configs,
			script:
				'echo greeting=hello | docker config create settings - >/dev/null; service web --constraint node.hostname==manager1 --config source=settings,target=/etc/settings,mode=0444 shoal/probe:1; running web 1; inside web cat /etc/settings; docker config inspect --pretty settings',
			expect: /greeting=hello[\s\S]*greeting=hello/,
		},
		{
			name: 'a config with a template is filled in for each task',
			docs: configs,
			script: `
				echo 'as {{ .Service.Name }} with {{ env "HELLO" }}' | docker config create --template-driver golang tmpl - >/dev/null; service web --constraint node.hostname==manager1 --env HELLO=world --config source=tmpl,target=/etc/me shoal/probe:1; running web 1; inside web cat /etc/me`,
			expect: /as web with world/,
		},
		{
			name: 'a secret that does not exist is refused',
			docs: secrets,
			script: 'refused docker service create -d --name web --secret nothing shoal/probe:1',
			expect: /secret not found: nothing/,
		},
	],
};
