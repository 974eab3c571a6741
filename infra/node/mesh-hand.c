// mesh-hand: what the mesh has inside a node. It reads the node's gossip and events, and runs scripts in network namespaces.
//
// The runner starts it by an exec and speaks to it over stdin and stdout; it decides nothing. It exists because one
// process that sleeps in poll(2) costs nothing, while an exec per look costs tens of milliseconds of two daemons.
//
//   in:   run ID NS LEN\n<script>     a shell script, in a namespace of /var/run/docker/netns, or "-" for the node's own
//         get ID SOURCE PATH          one HTTP request; SOURCE is docker or gossip
//         poll PATH...                gossip tables to look at: every second, and often for a moment after an event
//         poke                        look often for a moment, now
//         watch NS...                 namespaces whose nftables rules matter
//         hold PROTO/PORT...          ports of the node to keep taken, as dockerd does for published ones
//   out:  ran ID EXIT LEN\n<output>   got ID STATUS LEN\n<body>   saw PATH STATUS LEN\n<body> (first, and when it changed)
//         event LEN\n<json>           touched NS (somebody else changed rules there, or the namespace is another one)
//         engine up|down              alive (every two seconds)          ipvs usable|denied|absent
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAMESPACES "/var/run/docker/netns/"
#define DOCKER_SOCKET "/var/run/docker.sock"
#define DOCKER_CONFIG "/etc/docker/daemon.json"
#define GOSSIP_PORT 61947 /* network-diagnostic-port in daemon.json */
#define HTTP_TIMEOUT_MS 2000
#define RUN_TIMEOUT_MS 10000 /* said in run() in words */
#define MOST 64
/* Only what can change a task's reachability: a health check's exec events come every few seconds in every container. */
#define EVENTS                                                                                                          \
	"/events?filters=%7B%22type%22%3A%5B%22container%22%2C%22network%22%2C%22daemon%22%5D%2C%22event%22%3A%5B"            \
	"%22start%22%2C%22die%22%2C%22kill%22%2C%22health_status%22%2C%22create%22%2C%22destroy%22%2C%22connect%22%2C"        \
	"%22disconnect%22%2C%22remove%22%2C%22reload%22%5D%7D"

struct bytes {
	char *at;
	size_t length, room;
};
static struct {
	char path[256];
	uint64_t hash;
	int status;
} polled[MOST];
static struct {
	char name[64];
	int socket;
	ino_t inode;
} watched[MOST];
static struct {
	char name[16];
	int socket;
} held[MOST * 4];
static int polledCount, watchedCount, heldCount, ownNamespace, events = -1;
static long long nextLook, lookStep = 1000, closeUntil, lastHup;
static struct bytes eventText;

static long long now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void append(struct bytes *b, const char *data, size_t length) {
	if (b->length + length + 1 > b->room) {
		b->room = (b->length + length + 1) * 2;
		if (!(b->at = realloc(b->at, b->room))) exit(1);
	}
	memcpy(b->at + b->length, data, length);
	b->at[b->length += length] = 0;
}

static void say(const char *data, size_t length) {
	while (length) {
		ssize_t n = write(1, data, length);
		if (n <= 0 && errno != EINTR) exit(0); /* the runner is gone */
		if (n > 0) data += n, length -= n;
	}
}

/* One frame: a line, and a body whose length is the line's last word. */
static void frame(const struct bytes *body, const char *format, ...) {
	char line[400];
	va_list arguments;
	va_start(arguments, format);
	int n = vsnprintf(line, sizeof line - 32, format, arguments);
	va_end(arguments);
	n += body ? snprintf(line + n, 32, " %zu\n", body->length) : snprintf(line + n, 32, "\n");
	struct bytes whole = {0};
	append(&whole, line, n);
	if (body && body->length) append(&whole, body->at, body->length);
	say(whole.at, whole.length);
	free(whole.at);
}

static int enter(const char *name) {
	char path[128];
	snprintf(path, sizeof path, NAMESPACES "%s", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC), failed = fd < 0 || setns(fd, CLONE_NEWNET);
	if (fd >= 0) close(fd);
	return failed ? -1 : 0;
}

static int connectTo(int isGossip) {
	int fd = socket(isGossip ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = DOCKER_SOCKET};
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(GOSSIP_PORT), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct timeval limit = {HTTP_TIMEOUT_MS / 1000, 0};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	if (isGossip ? connect(fd, (void *)&in, sizeof in) : connect(fd, (void *)&un, sizeof un)) {
		int why = errno;
		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

static int request(int fd, const char *path, const char *version) {
	char text[1200];
	int n = snprintf(text, sizeof text, "GET %s HTTP/%s\r\nHost: node\r\n\r\n", path, version);
	return write(fd, text, n) == n ? 0 : -1;
}

/* dockerd opens its diagnostic port only when it reloads its configuration. Before it serves its API, SIGHUP would end it. */
static void askForGossip(void) {
	char text[4096] = {0};
	int fd = open(DOCKER_CONFIG, O_RDONLY | O_CLOEXEC);
	if (events < 0 || fd < 0 || now() - lastHup < 3000) {
		if (fd >= 0) close(fd);
		return;
	}
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	FILE *file = n > 0 && strstr(text, "\"network-diagnostic-port\"") ? fopen("/var/run/docker.pid", "re") : NULL;
	int pid = 0;
	if (file && fscanf(file, "%d", &pid) == 1 && pid > 1) kill(pid, SIGHUP), lastHup = now();
	if (file) fclose(file);
}

/* Reads until `all` has `wanted` bytes; -1 when the other end does not give them. */
static int readUntil(int fd, struct bytes *all, size_t wanted) {
	char chunk[65536];
	while (all->length < wanted) {
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n <= 0) return -1;
		append(all, chunk, n);
	}
	return 0;
}

/* Reads until `text` comes at or after `from`; where it is, or -1. */
static long readTo(int fd, struct bytes *all, size_t from, const char *text) {
	for (;;) {
		char *found = all->length > from ? strstr(all->at + from, text) : NULL;
		if (found) return found - all->at;
		if (readUntil(fd, all, all->length + 1)) return -1;
	}
}

/* One answer from a connection that stays open: Go sends short bodies with a length, long ones in chunks. */
static int readAnswer(int fd, struct bytes *body) {
	struct bytes all = {0};
	int status = 0;
	long end = readTo(fd, &all, 0, "\r\n\r\n");
	if (end < 0 || sscanf(all.at, "HTTP/%*s %d", &status) != 1) return free(all.at), 0;
	all.at[end + 1] = 0;
	char *length = strcasestr(all.at, "\r\ncontent-length:");
	size_t at = end + 4;
	if (length) {
		size_t size = strtoul(length + 17, NULL, 10);
		if (readUntil(fd, &all, at + size)) status = 0;
		else append(body, all.at + at, size);
	} else {
		for (size_t size = 1; size > 0 && status;) {
			long line = readTo(fd, &all, at, "\r\n");
			size = line < 0 ? 0 : strtoul(all.at + at, NULL, 16);
			if (line < 0 || readUntil(fd, &all, line + 2 + size + 2)) status = 0;
			else append(body, all.at + line + 2, size), at = line + 2 + size + 2;
		}
	}
	free(all.at);
	return status;
}

/* Status of the answer, 0 when there was none; `body` is what came, or why nothing did. */
static int fetch(int isGossip, const char *path, struct bytes *body) {
	/* A connection for each look would cost dockerd four times as much as the look. */
	static int kept[2] = {-1, -1};
	int *fd = &kept[isGossip];
	for (int attempt = 0; attempt < 2; attempt++) {
		int fresh = *fd < 0;
		if (fresh) *fd = connectTo(isGossip);
		if (*fd < 0) {
			if (isGossip && errno == ECONNREFUSED) askForGossip();
			break;
		}
		int status = request(*fd, path, "1.1") ? 0 : readAnswer(*fd, body);
		if (status) return status;
		close(*fd);
		*fd = -1;
		body->length = 0;
		if (fresh) break;
	}
	const char *why = errno ? strerror(errno) : "no answer";
	append(body, why, strlen(why));
	return 0;
}

/* Go walks a table in a random order: the sum over its entries is the same for the same entries, if none knows another. */
static uint64_t hashOf(const struct bytes *body) {
	uint64_t sum = 0, hash = 0;
	for (size_t i = 0; i < body->length; i++) {
		if (body->at[i] == '{') hash = 14695981039346656037ULL;
		hash = (hash ^ (unsigned char)body->at[i]) * 1099511628211ULL;
		if (body->at[i] == '}') sum += hash, hash = 0;
	}
	return sum + 1;
}

static void look(void) {
	for (int i = 0; i < polledCount; i++) {
		struct bytes body = {0};
		int status = fetch(1, polled[i].path, &body);
		uint64_t hash = status ? hashOf(&body) : 0;
		if (hash != polled[i].hash || status != polled[i].status) {
			polled[i].hash = hash;
			polled[i].status = status;
			frame(&body, "saw %s %d", polled[i].path, status);
		}
		free(body.at);
	}
}

/* Gossip reaches another node within some hundred milliseconds: look closely for so long, then less and less. */
static void lookOften(void) {
	closeUntil = now() + 700;
	lookStep = 40;
	nextLook = now();
}

static void drain(int fd) {
	char waste[8192];
	while (recv(fd, waste, sizeof waste, MSG_DONTWAIT) > 0 || errno == ENOBUFS) errno = 0;
}

static int ruleSocket(const char *name) {
	int fd = -1;
	if (strcmp(name, "-") && enter(name)) return -1;
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1 << (NFNLGRP_NFTABLES - 1)};
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);
	if (fd >= 0 && bind(fd, (void *)&address, sizeof address)) close(fd), fd = -1;
	setns(ownNamespace, CLONE_NEWNET);
	return fd;
}

static ino_t inodeOf(const char *name) {
	char path[128];
	struct stat s;
	snprintf(path, sizeof path, NAMESPACES "%s", name);
	return strcmp(name, "-") && stat(path, &s) == 0 ? s.st_ino : 0;
}

static void openWatch(int i) {
	watched[i].inode = inodeOf(watched[i].name);
	watched[i].socket = ruleSocket(watched[i].name);
}

static void watch(char *names) {
	for (int i = 0; i < watchedCount; i++)
		if (watched[i].socket >= 0) close(watched[i].socket);
	watchedCount = 0;
	for (char *word = strtok(names, " "); word && watchedCount < MOST; word = strtok(NULL, " ")) {
		snprintf(watched[watchedCount].name, sizeof watched[0].name, "%s", word);
		openWatch(watchedCount++);
	}
}

/* A sandbox that was made anew has the old name and none of the rules. */
static void findNewNamespaces(void) {
	for (int i = 0; i < watchedCount; i++) {
		if (watched[i].inode == inodeOf(watched[i].name) && watched[i].socket >= 0) continue;
		if (watched[i].socket >= 0) close(watched[i].socket);
		openWatch(i);
		if (watched[i].socket >= 0) frame(NULL, "touched %s", watched[i].name);
	}
}

static void hold(const char *name, int *socketOf) {
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(atoi(strchr(name, '/') + 1))};
	int tcp = !strncmp(name, "tcp/", 4), yes = 1;
	int fd = socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	if (tcp) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	/* IPv4 alone: `localhost` tries ::1 first, and a listener there that never answers would hang every client. */
	if (bind(fd, (void *)&any, sizeof any) || (tcp && listen(fd, 1))) close(fd), fd = -1;
	*socketOf = fd;
}

static void holdPorts(char *names) {
	typeof(held[0]) wanted[MOST * 4];
	int count = 0;
	for (char *word = strtok(names, " "); word && count < MOST * 4; word = strtok(NULL, " ")) {
		if (!strchr(word, '/')) continue;
		snprintf(wanted[count].name, sizeof wanted[0].name, "%s", word);
		wanted[count].socket = -1;
		for (int i = 0; i < heldCount; i++)
			if (!strcmp(held[i].name, word)) wanted[count].socket = held[i].socket, held[i].socket = -1;
		count++;
	}
	for (int i = 0; i < heldCount; i++)
		if (held[i].socket >= 0) close(held[i].socket);
	memcpy(held, wanted, sizeof held[0] * count);
	heldCount = count;
	for (int i = 0; i < heldCount; i++)
		if (held[i].socket < 0) hold(held[i].name, &held[i].socket);
}

static void run(const char *id, const char *name, const char *script, size_t length) {
	int in[2], out[2], status = 0;
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) exit(1);
	pid_t child = fork();
	if (child == 0) {
		setpgid(0, 0);
		signal(SIGPIPE, SIG_DFL);
		dup2(out[1], 1);
		dup2(out[1], 2);
		dup2(in[0], 0);
		if (strcmp(name, "-") && enter(name)) {
			dprintf(1, "no namespace %s: %s\n", name, strerror(errno));
			_exit(125);
		}
		execl("/bin/sh", "sh", "-s", NULL);
		_exit(127);
	}
	/* Here too, whichever of the two comes first: what the script started ends with it. */
	setpgid(child, child);
	close(in[0]);
	close(out[1]);
	for (size_t done = 0; done < length;) {
		ssize_t n = write(in[1], script + done, length - done);
		if (n <= 0) break;
		done += n;
	}
	close(in[1]);
	struct bytes output = {0};
	struct pollfd reading = {.fd = out[0], .events = POLLIN};
	char chunk[4096];
	long long limit = now() + RUN_TIMEOUT_MS;
	for (ssize_t n = 1; n > 0;) {
		int ready = poll(&reading, 1, limit > now() ? limit - now() : 0);
		if (ready < 0 && errno == EINTR) continue;
		if (ready <= 0) {
			static const char late[] = "not done after 10 s\n";
			append(&output, late, sizeof late - 1);
			kill(-child, SIGKILL);
			break;
		}
		if ((n = read(out[0], chunk, sizeof chunk)) > 0 && output.length < 65536) append(&output, chunk, n);
	}
	close(out[0]);
	waitpid(child, &status, 0);
	/* What the script itself changed is nobody else's doing. */
	for (int i = 0; i < watchedCount; i++)
		if (!strcmp(watched[i].name, name) && watched[i].socket >= 0) drain(watched[i].socket);
	frame(&output, "ran %s %d", id, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	free(output.at);
}

/* One exchange with generic netlink: the answer's error code, or 0 with `reply` filled. */
static int ask(int fd, uint16_t type, uint8_t command, const char *family, char *reply, size_t room) {
	struct {
		struct nlmsghdr header;
		struct genlmsghdr generic;
		struct nlattr attribute;
		char name[16];
	} message = {.generic = {.cmd = command, .version = 1}};
	message.header = (struct nlmsghdr){.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST};
	if (family) {
		message.attribute = (struct nlattr){.nla_len = NLA_HDRLEN + strlen(family) + 1, .nla_type = CTRL_ATTR_FAMILY_NAME};
		strcpy(message.name, family);
		message.header.nlmsg_len += NLA_ALIGN(message.attribute.nla_len);
	}
	if (send(fd, &message, message.header.nlmsg_len, 0) < 0) return errno;
	ssize_t n = recv(fd, reply, room, 0);
	struct nlmsghdr *header = (void *)reply;
	if (n < (ssize_t)sizeof *header) return EIO;
	return header->nlmsg_type == NLMSG_ERROR ? -((struct nlmsgerr *)NLMSG_DATA(header))->error : 0;
}

/* The kernel lets only the initial user namespace program IPVS (GENL_ADMIN_PERM), so having it is not enough. */
static const char *ipvs(void) {
	char reply[8192];
	const char *answer = "absent";
	struct timeval limit = {1, 0};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (ask(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, "IPVS", reply, sizeof reply) == 0) {
		char *at = reply + NLMSG_LENGTH(GENL_HDRLEN), *end = reply + ((struct nlmsghdr *)reply)->nlmsg_len;
		uint16_t type = 0;
		while (at + NLA_HDRLEN <= end && ((struct nlattr *)at)->nla_len) {
			struct nlattr *attribute = (void *)at;
			if ((attribute->nla_type & NLA_TYPE_MASK) == CTRL_ATTR_FAMILY_ID) type = *(uint16_t *)(at + NLA_HDRLEN);
			at += NLA_ALIGN(attribute->nla_len);
		}
		enum { IPVS_CMD_GET_INFO = 15 };
		answer = type && ask(fd, type, IPVS_CMD_GET_INFO, NULL, reply, sizeof reply) == 0 ? "usable" : "denied";
	}
	close(fd);
	return answer;
}

static void openEvents(void) {
	events = connectTo(0);
	if (events >= 0 && request(events, EVENTS, /* not in chunks */ "1.0")) close(events), events = -1;
	if (events < 0) return;
	eventText.length = 0;
	frame(NULL, "engine up");
	lookOften();
}

static void readEvents(void) {
	char chunk[16384], *end;
	ssize_t n = read(events, chunk, sizeof chunk);
	if (n <= 0) {
		close(events);
		events = -1;
		frame(NULL, "engine down");
		return;
	}
	append(&eventText, chunk, n);
	while ((end = memchr(eventText.at, '\n', eventText.length))) {
		struct bytes line = {eventText.at, end - eventText.at, 0};
		if (line.length > 1 && line.at[0] == '{') frame(&line, "event"), lookOften();
		eventText.length -= line.length + 1;
		memmove(eventText.at, end + 1, eventText.length + 1);
	}
}

/* One command of the runner. Returns how many bytes of `input` it used, 0 when it has not all come yet. */
static size_t obey(struct bytes *input) {
	char *newline = input->length ? memchr(input->at, '\n', input->length) : NULL, *arguments;
	if (!newline) return 0;
	size_t used = newline - input->at + 1, length;
	char id[32], name[64], path[1024];
	*newline = 0;
	if (sscanf(input->at, "run %31s %63s %zu", id, name, &length) == 3) {
		if (input->length < used + length) {
			*newline = '\n';
			return 0;
		}
		run(id, name, input->at + used, length);
		return used + length;
	}
	if (sscanf(input->at, "get %31s %63s %1023s", id, name, path) == 3) {
		struct bytes body = {0};
		int status = fetch(!strcmp(name, "gossip"), path, &body);
		frame(&body, "got %s %d", id, status);
		free(body.at);
		return used;
	}
	arguments = strchr(input->at, ' ') ? strchr(input->at, ' ') + 1 : newline;
	if (!strncmp(input->at, "poll", 4)) {
		polledCount = 0;
		for (char *word = strtok(arguments, " "); word && polledCount < MOST; word = strtok(NULL, " "), polledCount++) {
			snprintf(polled[polledCount].path, sizeof polled[0].path, "%s", word);
			polled[polledCount].hash = 0;
			polled[polledCount].status = -1;
		}
		lookOften();
	} else if (!strncmp(input->at, "watch", 5)) {
		watch(arguments);
	} else if (!strncmp(input->at, "hold", 4)) {
		holdPorts(arguments);
	} else if (!strncmp(input->at, "poke", 4)) {
		lookOften();
	}
	return used;
}

int main(void) {
	struct bytes input = {0};
	long long nextSecond = 0;
	unsigned seconds = 0;
	signal(SIGPIPE, SIG_IGN);
	ownNamespace = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	fcntl(0, F_SETFD, FD_CLOEXEC);
	frame(NULL, "ipvs %s", ipvs());
	for (;;) {
		struct pollfd files[MOST + 2] = {{.fd = 0, .events = POLLIN}, {.fd = events, .events = POLLIN}};
		for (int i = 0; i < watchedCount; i++) files[i + 2] = (struct pollfd){.fd = watched[i].socket, .events = POLLIN};
		int watching = watchedCount;
		long long next = nextLook < nextSecond ? nextLook : nextSecond;
		poll(files, watching + 2, next > now() ? next - now() : 0);

		for (int i = 0; i < watching; i++) {
			if (!files[i + 2].revents) continue;
			drain(watched[i].socket);
			frame(NULL, "touched %s", watched[i].name);
		}
		if (files[1].revents) readEvents();
		if (files[0].revents) {
			char chunk[65536];
			ssize_t n = read(0, chunk, sizeof chunk);
			if (n <= 0) return 0;
			append(&input, chunk, n);
			for (size_t used; (used = obey(&input));) {
				input.length -= used;
				memmove(input.at, input.at + used, input.length + 1);
			}
		}
		if (now() >= nextSecond) {
			nextSecond = now() + 1000;
			if (++seconds % 2) frame(NULL, "alive");
			if (events < 0) openEvents();
			findNewNamespaces();
			for (int i = 0; i < heldCount; i++)
				if (held[i].socket < 0) hold(held[i].name, &held[i].socket);
		}
		if (now() >= nextLook) {
			look();
			if (now() > closeUntil) lookStep = lookStep * 2 < 1000 ? lookStep * 2 : 1000;
			nextLook = now() + lookStep;
		}
	}
}
