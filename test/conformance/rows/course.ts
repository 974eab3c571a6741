// The course: what the lessons of Day 01 and Day 02 do, in their own words where Docker still has them.
import type { Group } from '../behaviour.ts';

const services = '/engine/swarm/services/';

export const course: Group = {
	name: 'The course',
	topology: { managers: 1, workers: 2, swarm: 'formed' },
	images: ['shoal/probe:1', 'carmeloc/goweb:1.0', 'registry:2'],
	behaviours: [
		{
			name: 'an image is built in two stages, runs, and answers on its published port under the name of its container',
			docs: '/build/building/multi-stage/',
			script: `
				mkdir -p /root/goweb && cd /root/goweb && id=$(docker create carmeloc/goweb:1.0) && docker cp -q $id:/goweb program && docker rm $id >/dev/null
				printf 'FROM shoal/probe:1 AS builder\\nCOPY program /made\\nRUN chmod +x /made\\n\\nFROM shoal/probe:1\\nCOPY --from=builder /made /app/main\\nCMD ["/app/main"]\\n' > Dockerfile.arm
				docker build -q -t carmeloc/goweb:mine -f Dockerfile.arm . >/dev/null; docker image ls carmeloc/goweb --format '{{.Tag}}'
				id=$(docker run -d -p 8888:8080 carmeloc/goweb:mine); served localhost:8888; get "localhost:8888/Hello!"; echo "$id" | cut -c1-12; docker rm -f $id >/dev/null`,
			expect: /mine\s+[\s\S]*This is (\w{12}) running on linux\/\w+ saying: Hello!\s+\1/,
			seconds: 90,
		},
		{
			name: 'service ls, ps and inspect --format show what was created',
			docs: '/reference/cli/docker/service/inspect/',
			script: `
				docker service create --name goweb --replicas 3 --publish published=8888,target=8080 carmeloc/goweb:1.0 2>/dev/null | tail -1; docker service ls; docker service ps goweb --format '{{.Name}} {{.DesiredState}}' | sort
				docker service inspect --format="{{json .Endpoint.Spec.Ports}}" goweb; docker service inspect --format="{{json .Spec.TaskTemplate.ContainerSpec.Image}}" goweb; docker info | grep Architecture`,
			expect:
				/verify: Service \S* ?converged[\s\S]*goweb +replicated +3\/3 +carmeloc\/goweb:1.0 +\*:8888->8080\/tcp\s+goweb.1 Running\s+goweb.2 Running\s+goweb.3 Running\s+\[{"Protocol":"tcp","TargetPort":8080,"PublishedPort":8888,"PublishMode":"ingress"}\]\s+"carmeloc\/goweb:1.0[\s\S]*Architecture: \w+/,
		},
		{
			name: 'a service without a name gets one, and is scaled and updated by its ID',
			docs: services,
			script: `
				id=$(docker service create -q -p 5100:8080 shoal/probe:1 2>/tmp/said); grep -c 'could not be accessed on a registry to record' /tmp/said; docker service ls --format '{{.Name}}'; docker service scale $id=3; docker network create --driver=overlay app >/dev/null; docker service update -q --network-add app $id >/dev/null; running $id 3; docker service inspect $id --format '{{len .Spec.TaskTemplate.Networks}}'`,
			expect: /^1\s+[a-z]+_[a-z]+\s+\w+ scaled to 3[\s\S]*converged\s+1\s*$/,
			seconds: 90,
		},
		{
			name: 'a database from a file of variables and a file of the node, reached by the name of its service',
			docs: '/reference/cli/docker/service/create/',
			script: `
				mkdir -p /root/db && cd /root/db && printf 'ROOT_PASSWORD=secret\\nDATABASE=login\\n' > .env && echo 'create table users;' > init.sql; docker network create --driver=overlay app2 >/dev/null
				docker service create -d -q --name database --network app2 --constraint node.role==manager --env-file .env --mount type=bind,src=/root/db/init.sql,dst=/docker-entrypoint-initdb.d/init.sql shoal/probe:1 sh -c 'mkdir -p /www; echo "$DATABASE $ROOT_PASSWORD $(cat /docker-entrypoint-initdb.d/init.sql)" > /www/data; exec serve' >/dev/null
				service web --network app2 --constraint node.role==manager shoal/probe:1; running database 1; running web 1; reach() { inside web wget -T 2 -qO- http://database:8080/data; }; until_ok 10 reach; reach`,
			expect: /login secret create table users;/,
		},
		{
			name: 'a visualizer with the socket of its manager sees the swarm',
			docs: services,
			// The task uses the node's own client: any program that speaks to the socket would do.
			script: `
				docker service create -d -q --name=viz --publish=8080:8080/tcp --constraint=node.role==manager --mount=type=bind,src=/var/run/docker.sock,dst=/var/run/docker.sock --mount=type=bind,src=/usr,dst=/usr,readonly --mount=type=bind,src=/lib,dst=/lib,readonly --mount=type=bind,src=/lib64,dst=/lib64,readonly shoal/probe:1 >/dev/null
				running viz 1; served localhost:8080; inside viz /usr/bin/docker node ls --format '{{.Hostname}}' | sort; docker run --rm -v /var/run/docker.sock:/var/run/docker.sock -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro shoal/probe:1 /usr/bin/docker service ls --format '{{.Name}}'`,
			expect: /manager1\s+worker1\s+worker2\s+viz/,
		},
		{
			name: 'ten tasks that ping another service by its name',
			docs: '/engine/swarm/key-concepts/',
			script: `
				docker network create -d overlay pings >/dev/null; service web --network pings shoal/probe:1; service cool_app --network pings --replicas 10 shoal/probe:1 ping web; running cool_app 10
				answered() { docker service logs cool_app 2>&1 | grep -c 'bytes from' | grep -q '[1-9][0-9]'; }; until_ok 30 answered; docker service ps cool_app --filter desired-state=running --format '{{.Node}}' | sort -u | tr '\\n' ' '`,
			expect: /manager1 worker1 worker2/,
			seconds: 90,
		},
		{
			name: 'a Compose file is built, tried on one node, pushed to a registry of the swarm and deployed from there',
			docs: '/engine/swarm/stack-deploy/',
			script: `
				docker service create -d -q --name registry --publish published=5000,target=5000 registry:2 >/dev/null; running registry 1; served 127.0.0.1:5000/v2/
				mkdir -p /root/stackdemo && cd /root/stackdemo && printf 'FROM shoal/probe:1\\nENV VERSION=demo\\n' > Dockerfile && printf 'services:\\n  web:\\n    image: 127.0.0.1:5000/stackdemo\\n    build: .\\n    ports: ["8000:8080"]\\n  redis:\\n    image: shoal/probe:1\\n' > compose.yml
				docker compose up -d --quiet-pull >/dev/null 2>&1; served localhost:8000; get localhost:8000/version; docker compose ps --format '{{.Service}}' | sort | tr '\\n' ' '; docker compose down --volumes >/dev/null 2>&1; docker compose push -q 2>/dev/null
				docker stack deploy --compose-file compose.yml stackdemo 2>&1; running stackdemo_web 1; served $WORKER2:8000; get $WORKER2:8000/version; docker service scale stackdemo_web=3; docker stack services stackdemo --format '{{.Name}} {{.Replicas}}' | sort; docker stack ps stackdemo --format '{{.Name}}' | sort | tr '\\n' ' '; docker stack rm stackdemo`,
			expect:
				/^demo\s+redis web [\s\S]*Creating service stackdemo_web[\s\S]*demo\s+stackdemo_web scaled to 3[\s\S]*converged\s+stackdemo_redis 1\/1\s+stackdemo_web 3\/3\s+[\s\S]*Removing service stackdemo_web/,
			seconds: 150,
		},
		{
			name: 'manifest inspect --verbose shows the platform of a pushed image',
			docs: '/reference/cli/docker/manifest/inspect/',
			script: `
				docker service create -d -q --name registry --publish published=5000,target=5000 registry:2 >/dev/null; running registry 1; served 127.0.0.1:5000/v2/; docker tag shoal/probe:1 127.0.0.1:5000/producer:1; docker push -q 127.0.0.1:5000/producer:1 >/dev/null; docker manifest inspect --insecure --verbose 127.0.0.1:5000/producer:1`,
			expect: /"Ref": "127.0.0.1:5000\/producer:1"[\s\S]*"platform": {\s+"architecture": "\w+",\s+"os": "linux"/,
		},
		{
			name: 'a swarm that was left is formed again with an address to listen on, and joined by its address and token',
			docs: '/reference/cli/docker/swarm/init/',
			script: `
				@worker1
				docker swarm leave
				@worker2
				docker swarm leave
				@manager1
				docker swarm leave --force; docker swarm init --listen-addr $MANAGER1:2377 | head -1
				@worker1
				refused docker swarm join $MANAGER1:2377; docker swarm join --token $WORKER_TOKEN $MANAGER1:2377
				@worker2
				docker swarm join --token $WORKER_TOKEN $MANAGER1:2377
				@manager1
				node_is worker1 Ready; node_is worker2 Ready; service helloworld --mode global shoal/probe:1; running helloworld 3; echo three`,
			expect: /Swarm initialized[\s\S]*A valid join token is necessary[\s\S]*joined a swarm as a worker[\s\S]*three/,
			seconds: 120,
		},
	],
};
