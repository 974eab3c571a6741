// hold: keeps a shell and its screen while nobody looks, and lets several look at once.
//
// usage: hold NAME [PROGRAM ARGUMENT...]
//
// If no holder of that name lives, one is started: a process of its own that owns a pseudo-terminal, runs the program in it
// (a login shell by default), and remembers the last 256 KiB that it wrote. Then this process attaches: it prints the line
// `replay N`, N remembered bytes, and from then on what the program writes, as it writes it; what is typed goes to the program,
// and a change of this terminal's size to its terminal. It exits with the program's exit code when that ends, and with 0
// when its own input ends; the program lives on.
//
// A client that does not read stops the program's output, as a terminal should, unless others are attached: those wait for
// it for a few seconds, then it is let go.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define DIRECTORY "/run/shoal/terminals"
#define MAX_CLIENTS 8
#define CHUNK 16384
#define RING (256 * 1024)
#define LET_GO_MS 5000

// A packet between client and holder: one byte of type, two of length (little-endian), the content.
enum { TYPED = 'd', SIZE = 'w', OUTPUT = 'o', REPLAY = 'r', ENDED = 'x' };
#define HEADER 3

struct client {
	int fd;
	uint8_t in[HEADER + 65535]; // one packet, as far as it has come
	size_t in_length;
	uint8_t *out; // what has not been sent yet
	size_t out_length, out_sent;
	int64_t stuck_since; // ms, or 0
	int has_size;        // it has told its size, and got its replay
};

static struct client *clients[MAX_CLIENTS];
static uint8_t ring[RING];
static size_t ring_length, ring_start;
static int pty_fd = -1;
static int child_ended_pipe[2];

static void die(const char *what) {
	fprintf(stderr, "hold: %s: %s\n", what, strerror(errno));
	exit(125);
}

static int64_t now_ms(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void set_nonblocking(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

// Writes everything to a blocking descriptor; 0 when that is no longer possible.
static int write_all(int fd, const void *data, size_t length) {
	const uint8_t *at = data;
	while (length > 0) {
		ssize_t n = write(fd, at, length);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return 0;
		at += n;
		length -= (size_t)n;
	}
	return 1;
}

static int send_packet(int fd, uint8_t type, const void *data, uint16_t length) {
	uint8_t packet[HEADER + 65535] = {type, length & 0xff, length >> 8};
	memcpy(packet + HEADER, data, length);
	return write_all(fd, packet, HEADER + (size_t)length);
}

// ---- the holder's memory

static void remember(const uint8_t *data, size_t length) {
	for (size_t i = 0; i < length; i++) {
		ring[(ring_start + ring_length) % RING] = data[i];
		if (ring_length < RING) ring_length++;
		else ring_start = (ring_start + 1) % RING;
	}
}

// What to replay: everything, or from an early new line on when the beginning is lost, so that no sequence is cut.
static size_t replay_from(void) {
	if (ring_length < RING) return 0;
	for (size_t i = 0; i < 2 * CHUNK; i++)
		if (ring[(ring_start + i) % RING] == '\n') return i + 1;
	return 0;
}

// ---- the holder's clients

static void let_go(int index) {
	close(clients[index]->fd);
	free(clients[index]->out);
	free(clients[index]);
	clients[index] = NULL;
}

static int count_clients(void) {
	int count = 0;
	for (int i = 0; i < MAX_CLIENTS; i++) count += clients[i] != NULL;
	return count;
}

static void queue_packet(struct client *c, uint8_t type, const uint8_t *data, size_t length) {
	if (c->out_sent == c->out_length) c->out_sent = c->out_length = 0;
	uint8_t *grown = realloc(c->out, c->out_length + HEADER + length);
	if (!grown) return;
	c->out = grown;
	uint8_t header[HEADER] = {type, length & 0xff, (length >> 8) & 0xff};
	memcpy(c->out + c->out_length, header, HEADER);
	memcpy(c->out + c->out_length + HEADER, data, length);
	c->out_length += HEADER + length;
}

static void flush_client(int index) {
	struct client *c = clients[index];
	while (c->out_sent < c->out_length) {
		ssize_t n = send(c->fd, c->out + c->out_sent, c->out_length - c->out_sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0 && errno == EAGAIN) {
			if (!c->stuck_since) c->stuck_since = now_ms();
			return;
		}
		if (n <= 0) return let_go(index);
		c->out_sent += (size_t)n;
		c->stuck_since = 0;
	}
}

static int is_behind(const struct client *c) { return c->out_sent < c->out_length; }

static int anyone_behind(void) {
	for (int i = 0; i < MAX_CLIENTS; i++)
		if (clients[i] && is_behind(clients[i])) return 1;
	return 0;
}

static void let_go_of_the_stuck(void) {
	for (int i = 0; i < MAX_CLIENTS && count_clients() > 1; i++)
		if (clients[i] && clients[i]->stuck_since && now_ms() - clients[i]->stuck_since > LET_GO_MS) let_go(i);
}

static void welcome(int listener) {
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) return;
	int index = 0;
	while (index < MAX_CLIENTS && clients[index]) index++;
	struct client *c = index < MAX_CLIENTS ? calloc(1, sizeof *c) : NULL;
	if (!c) {
		close(fd);
		return;
	}
	c->fd = fd;
	clients[index] = c;
}

// The first size a client tells is also its request for what was shown before.
static void take_size(struct client *c, const uint8_t *data) {
	struct winsize size = {.ws_row = data[0] | data[1] << 8, .ws_col = data[2] | data[3] << 8};
	if (size.ws_row && size.ws_col) ioctl(pty_fd, TIOCSWINSZ, &size);
	if (c->has_size) return;
	c->has_size = 1;
	size_t from = replay_from();
	uint32_t total = (uint32_t)(ring_length - from);
	queue_packet(c, REPLAY, (uint8_t *)&total, sizeof total);
	while (from < ring_length) {
		size_t at = (ring_start + from) % RING;
		size_t length = ring_length - from;
		if (length > CHUNK) length = CHUNK;
		if (at + length > RING) length = RING - at;
		queue_packet(c, OUTPUT, ring + at, length);
		from += length;
	}
}

// Reads packets of one client for as long as the program takes what was typed. Returns 0 when the client is gone.
static int hear(struct client *c) {
	for (;;) {
		while (c->in_length >= HEADER) {
			size_t length = c->in[1] | (size_t)c->in[2] << 8;
			if (c->in_length < HEADER + length) break;
			if (c->in[0] == SIZE && length == 4) take_size(c, c->in + HEADER);
			if (c->in[0] == TYPED && length > 0) {
				ssize_t n = write(pty_fd, c->in + HEADER, length);
				if (n < 0 && errno != EAGAIN && errno != EINTR) return 1;
				size_t taken = n > 0 ? (size_t)n : 0;
				if (taken < length) { // the rest becomes a shorter packet, for when the program reads again
					size_t rest = length - taken;
					memmove(c->in + HEADER, c->in + HEADER + taken, c->in_length - HEADER - taken);
					c->in_length -= taken;
					c->in[1] = rest & 0xff;
					c->in[2] = rest >> 8;
					return 1;
				}
			}
			c->in_length -= HEADER + length;
			memmove(c->in, c->in + HEADER + length, c->in_length);
		}
		ssize_t n = recv(c->fd, c->in + c->in_length, sizeof c->in - c->in_length, 0);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0 && errno == EAGAIN) return 1;
		if (n <= 0) return 0;
		c->in_length += (size_t)n;
	}
}

static int has_unread_typing(const struct client *c) {
	return c->in_length >= HEADER && c->in_length >= HEADER + (c->in[1] | (size_t)c->in[2] << 8);
}

// Passes on what the program wrote. Returns 0 when there is nothing more for now.
static int read_program(void) {
	uint8_t chunk[CHUNK];
	ssize_t n = read(pty_fd, chunk, sizeof chunk);
	if (n <= 0) return n < 0 && errno == EINTR;
	remember(chunk, (size_t)n);
	for (int i = 0; i < MAX_CLIENTS; i++) {
		if (!clients[i] || !clients[i]->has_size) continue;
		queue_packet(clients[i], OUTPUT, chunk, (size_t)n);
		flush_client(i);
	}
	return 1;
}

static void note_child_ended(int signal) {
	(void)signal;
	int saved = errno;
	if (write(child_ended_pipe[1], "", 1) < 0) { /* it is full: the news is there already */ }
	errno = saved;
}

static void start_program(char **argv) {
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	pid_t pid = forkpty(&pty_fd, NULL, NULL, &size);
	if (pid < 0) exit(125);
	if (pid == 0) {
		signal(SIGPIPE, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		if (argv[0]) execvp(argv[0], argv);
		else execlp("bash", "bash", "-l", NULL);
		perror("hold");
		_exit(127);
	}
	fcntl(pty_fd, F_SETFD, FD_CLOEXEC);
	set_nonblocking(pty_fd);
}

static int child_exit_code(void) {
	int status = 0;
	while (waitpid(-1, &status, 0) < 0 && errno == EINTR) {}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Tells everybody what is left and how it ended, waiting no longer than they take to read.
static void say_goodbye(int code) {
	uint8_t byte = (uint8_t)code;
	while (read_program()) {}
	for (int i = 0; i < MAX_CLIENTS; i++) {
		if (!clients[i]) continue;
		queue_packet(clients[i], ENDED, &byte, 1);
		fcntl(clients[i]->fd, F_SETFL, fcntl(clients[i]->fd, F_GETFL) & ~O_NONBLOCK);
		struct timeval limit = {.tv_sec = 1};
		setsockopt(clients[i]->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
		flush_client(i);
	}
}

static void serve(int listener) {
	for (;;) {
		struct pollfd polls[3 + MAX_CLIENTS] = {
			{.fd = child_ended_pipe[0], .events = POLLIN},
			{.fd = listener, .events = POLLIN},
			{.fd = pty_fd, .events = anyone_behind() ? 0 : POLLIN},
		};
		for (int i = 0; i < MAX_CLIENTS; i++) {
			struct pollfd *p = &polls[3 + i];
			p->fd = clients[i] ? clients[i]->fd : -1;
			if (!clients[i]) continue;
			// Typing that the program has not taken yet waits for the program, not for more typing.
			if (has_unread_typing(clients[i])) polls[2].events |= POLLOUT;
			else p->events |= POLLIN;
			if (is_behind(clients[i])) p->events |= POLLOUT;
		}
		if (poll(polls, 3 + MAX_CLIENTS, anyone_behind() && count_clients() > 1 ? 500 : -1) < 0 && errno != EINTR) exit(125);

		for (int i = 0; i < MAX_CLIENTS; i++) {
			short ready = polls[3 + i].revents;
			if (!clients[i] || clients[i]->fd != polls[3 + i].fd) continue;
			if (ready & POLLOUT) flush_client(i);
			int may_hear = (ready & (POLLIN | POLLHUP | POLLERR)) || (clients[i] && has_unread_typing(clients[i]) && (polls[2].revents & POLLOUT));
			if (clients[i] && may_hear && !hear(clients[i])) let_go(i);
			if (clients[i] && is_behind(clients[i])) flush_client(i);
		}
		let_go_of_the_stuck();
		if (polls[1].revents & POLLIN) welcome(listener);
		if (polls[2].revents & POLLIN) read_program();
		if (polls[0].revents & POLLIN) return;
	}
}

// ---- starting a holder

static void socket_address(struct sockaddr_un *address, const char *name) {
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (snprintf(address->sun_path, sizeof address->sun_path, DIRECTORY "/%s.sock", name) >= (int)sizeof address->sun_path) {
		errno = ENAMETOOLONG;
		die(name);
	}
}

static int try_connect(const struct sockaddr_un *address) {
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) die("socket");
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0) return fd;
	close(fd);
	return -1;
}

// The holder: a process without terminal, session or parent of ours. Never returns.
static void hold(int listener, const struct sockaddr_un *address, char **argv) {
	setsid();
	if (fork() != 0) _exit(0);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < 3; fd++) dup2(null, fd);
	if (pipe2(child_ended_pipe, O_CLOEXEC | O_NONBLOCK) < 0) _exit(125);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigaction(SIGCHLD, &(struct sigaction){.sa_handler = note_child_ended, .sa_flags = SA_RESTART | SA_NOCLDSTOP}, NULL);
	start_program(argv);
	serve(listener);
	unlink(address->sun_path);
	say_goodbye(child_exit_code());
	_exit(0);
}

static int connect_or_start(const char *name, char **argv) {
	struct sockaddr_un address;
	socket_address(&address, name);
	int fd = try_connect(&address);
	if (fd >= 0) return fd;

	// Two that start at once: one makes the holder while the other waits for the lock.
	char lock_path[sizeof address.sun_path + 8];
	snprintf(lock_path, sizeof lock_path, "%s.lock", address.sun_path);
	mkdir("/run/shoal", 0755);
	mkdir(DIRECTORY, 0700);
	int lock = open(lock_path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (lock < 0 || flock(lock, LOCK_EX) < 0) die(lock_path);
	fd = try_connect(&address);
	if (fd < 0) {
		unlink(address.sun_path);
		int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, MAX_CLIENTS) < 0)
			die(address.sun_path);
		pid_t pid = fork();
		if (pid < 0) die("fork");
		if (pid == 0) {
			close(lock);
			hold(listener, &address, argv);
		}
		waitpid(pid, NULL, 0);
		close(listener);
		fd = try_connect(&address);
	}
	close(lock);
	if (fd < 0) die(address.sun_path);
	return fd;
}

// ---- the client

static volatile sig_atomic_t size_changed = 1;
static void note_size_changed(int signal) {
	(void)signal;
	size_changed = 1;
}

static struct termios terminal_before;
static void restore_terminal(void) { tcsetattr(0, TCSADRAIN, &terminal_before); }

static void make_terminal_raw(void) {
	if (tcgetattr(0, &terminal_before) < 0) return;
	struct termios raw = terminal_before;
	cfmakeraw(&raw);
	tcsetattr(0, TCSANOW, &raw);
	atexit(restore_terminal);
}

static void tell_size(int fd) {
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	ioctl(0, TIOCGWINSZ, &size);
	uint8_t data[4] = {size.ws_row & 0xff, size.ws_row >> 8, size.ws_col & 0xff, size.ws_col >> 8};
	send_packet(fd, SIZE, data, sizeof data);
}

// Reads exactly so much; 0 when the holder is gone.
static int read_all(int fd, void *data, size_t length) {
	uint8_t *at = data;
	while (length > 0) {
		ssize_t n = read(fd, at, length);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return 0;
		at += n;
		length -= (size_t)n;
	}
	return 1;
}

// Prints one packet of the holder. Exits when it is the last one.
static void print_packet(int fd) {
	static uint8_t content[65535];
	uint8_t header[HEADER];
	if (!read_all(fd, header, HEADER)) exit(126);
	size_t length = header[1] | (size_t)header[2] << 8;
	if (!read_all(fd, content, length)) exit(126);
	if (header[0] == ENDED) exit(content[0]);
	if (header[0] == REPLAY) {
		uint32_t total;
		memcpy(&total, content, sizeof total);
		char line[32];
		int n = snprintf(line, sizeof line, "replay %u\n", total);
		if (!write_all(1, line, (size_t)n)) exit(0);
	}
	if (header[0] == OUTPUT && !write_all(1, content, length)) exit(0);
}

// What was typed and the holder has not taken yet. Never waited for: a holder that waits for us to print must not meet us
// waiting for it to take what was pasted.
static uint8_t typed[HEADER + CHUNK];
static size_t typed_length, typed_sent;

static void send_typed(int fd) {
	ssize_t n = send(fd, typed + typed_sent, typed_length - typed_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR) exit(126);
	if (n > 0) typed_sent += (size_t)n;
}

static void attach(int fd) {
	signal(SIGPIPE, SIG_IGN);
	sigset_t winch, before;
	sigemptyset(&winch);
	sigaddset(&winch, SIGWINCH);
	sigprocmask(SIG_BLOCK, &winch, &before);
	sigaction(SIGWINCH, &(struct sigaction){.sa_handler = note_size_changed}, NULL);
	make_terminal_raw();
	for (;;) {
		int has_typed = typed_sent < typed_length;
		if (size_changed && !has_typed) { // never in the middle of a packet
			size_changed = 0;
			tell_size(fd);
		}
		struct pollfd polls[2] = {
			{.fd = has_typed ? -1 : 0, .events = POLLIN},
			{.fd = fd, .events = POLLIN | (has_typed ? POLLOUT : 0)},
		};
		if (ppoll(polls, 2, NULL, &before) < 0) { // SIGWINCH arrives only here
			if (errno == EINTR) continue;
			die("poll");
		}
		if (polls[1].revents & POLLOUT) send_typed(fd);
		if (polls[1].revents & (POLLIN | POLLHUP | POLLERR)) print_packet(fd);
		if (polls[0].revents) {
			ssize_t n = read(0, typed + HEADER, CHUNK);
			if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
			if (n <= 0) exit(0);
			typed[0] = TYPED;
			typed[1] = n & 0xff;
			typed[2] = (uint8_t)(n >> 8);
			typed_length = HEADER + (size_t)n;
			typed_sent = 0;
			send_typed(fd);
		}
	}
}

int main(int argc, char **argv) {
	if (argc < 2 || argv[1][0] == '-' || strchr(argv[1], '/')) {
		fprintf(stderr, "usage: hold NAME [PROGRAM ARGUMENT...]\n");
		return 125;
	}
	attach(connect_or_start(argv[1], argv + 2));
}
