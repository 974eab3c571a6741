// Hold: a terminal that outlives whoever looks at it. The node's shells live in it.
//
//   hold NAME [program...]                    for people: attach this terminal to the terminal NAME
//   hold --pipe COLSxROWS NAME [program...]   for the runner: the same over pipes, in frames
//
// If nobody holds NAME yet, a holder is left behind that owns a pty, runs the program on it (default: a login shell) and
// keeps the last 256 KiB of its output. Attaching shows those first. `hold` ends when its stdin does, and leaves the shell
// alone; it ends with the shell's exit code when the shell does.
//
// Frames of --pipe: a kind, the length in 3 bytes (big-endian), then the content. The same frames are the packets between
// `hold` and the holder, on a SOCK_SEQPACKET socket, which keeps them whole.
//   to it    i  typed bytes          s  size: columns, rows (2 bytes each)
//   from it  h  hello: bytes of replay that follow (4 bytes), bytes the shell ever wrote (8), which shell this is (8)
//            r  replayed output      o  output            x  the shell has ended: exit code (1 byte). Nothing follows
//
// Nobody who stalls costs memory: clients read from the ring, each at its own place. The pty is not read while the slowest
// client is 64 KiB behind, so the shell waits as it would for a slow terminal. If others have seen everything and one has
// not moved for 5 s, that one is dropped. Whoever attaches or resizes last decides the size.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#ifndef DIRECTORY
#define DIRECTORY "/run/shoal/terminals"
#endif

enum {
	ringBytes = 256 * 1024,
	lagBytes = 64 * 1024,
	headBytes = 4,
	contentBytes = 32 * 1024, // of one frame
	frameBytes = headBytes + contentBytes,
	clientsMost = 8,
	smallBytes = 2048, // programs that write line by line are read once in a millisecond; the first bytes at once
	stuckMs = 5000,
	lingerMs = 2000, // how long an ended shell's last output waits for slow clients
	attempts = 5,
};

static void fail(const char *what) {
	fprintf(stderr, "hold: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t nowMs(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void putNumber(unsigned char *to, uint64_t number, int bytes) {
	while (bytes-- > 0) *to++ = (unsigned char)(number >> (8 * bytes));
}

// Writes the head of a frame; the content follows it.
static void putHead(unsigned char *frame, char kind, size_t content) {
	frame[0] = (unsigned char)kind;
	putNumber(frame + 1, content, 3);
}

static bool wouldBlock(void) { return errno == EAGAIN || errno == EINTR; }

static int nonBlocking(int fd) {
	int flags = fcntl(fd, F_GETFL);
	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return flags;
}

static int signalsOf(int signal) {
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, signal);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

// ---- the holder

struct client {
	int fd;
	bool attached;          // has told its size
	uint64_t at, replayEnd; // places in the output since the shell's start
	int64_t stuckSince;     // 0: it takes what it gets
};

static struct client clients[clientsMost];
static int clientCount;
static unsigned char ring[ringBytes];
static uint64_t written;
static uint64_t shellId;
// One frame of input that the pty has not taken whole yet. Until it has, no more is received: input keeps its order.
static unsigned char input[frameBytes];
static size_t inputAt, inputEnd;

// Where a replay starts: once the ring has wrapped, at the start of a line, or else of an escape sequence.
static uint64_t replayStart(void) {
	if (written <= ringBytes) return 0;
	uint64_t oldest = written - ringBytes;
	for (uint64_t at = oldest; at < oldest + lagBytes; at++)
		if (ring[at % ringBytes] == '\n') return at + 1;
	for (uint64_t at = oldest; at < oldest + lagBytes; at++)
		if (ring[at % ringBytes] == 0x1b) return at;
	return oldest;
}

static void dropClient(int i) {
	close(clients[i].fd);
	memmove(&clients[i], &clients[i + 1], (size_t)(--clientCount - i) * sizeof clients[0]);
}

// Sends what the client has not seen, as far as its socket takes it. False: it is gone.
static bool deliver(struct client *client) {
	while (client->attached && client->at < written) {
		unsigned char frame[frameBytes];
		bool isReplay = client->at < client->replayEnd;
		uint64_t count = (isReplay ? client->replayEnd : written) - client->at;
		if (count > contentBytes) count = contentBytes;
		putHead(frame, isReplay ? 'r' : 'o', count);
		for (uint64_t i = 0; i < count;) {
			size_t from = (client->at + i) % ringBytes, part = ringBytes - from;
			if (part > count - i) part = count - i;
			memcpy(frame + headBytes + i, ring + from, part);
			i += part;
		}
		if (send(client->fd, frame, headBytes + count, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
			if (errno == EINTR) continue;
			if (client->stuckSince == 0) client->stuckSince = nowMs();
			return errno == EAGAIN;
		}
		client->at += count;
		client->stuckSince = 0;
	}
	return true;
}

static bool attachClient(struct client *client) {
	client->attached = true;
	client->at = replayStart();
	client->replayEnd = written;
	unsigned char hello[headBytes + 20];
	putHead(hello, 'h', 20);
	putNumber(hello + headBytes, written - client->at, 4);
	putNumber(hello + headBytes + 4, written, 8);
	putNumber(hello + headBytes + 12, shellId, 8);
	return send(client->fd, hello, sizeof hello, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

// Takes one frame of a client. False: it is gone.
static bool receive(struct client *client, int pty) {
	ssize_t count = recv(client->fd, input, sizeof input, MSG_DONTWAIT);
	if (count < 0) return wouldBlock();
	if (count == 0) return false;
	if (input[0] == 's' && count == headBytes + 4) {
		unsigned char *told = input + headBytes;
		struct winsize size = {.ws_col = told[0] << 8 | told[1], .ws_row = told[2] << 8 | told[3]};
		if (size.ws_col > 0 && size.ws_row > 0) ioctl(pty, TIOCSWINSZ, &size);
		return client->attached || attachClient(client);
	}
	if (input[0] == 'i') inputAt = headBytes, inputEnd = (size_t)count;
	return true;
}

static void writeInput(int pty) {
	while (inputAt < inputEnd) {
		ssize_t count = write(pty, input + inputAt, inputEnd - inputAt);
		if (count < 0 && wouldBlock()) return;
		inputAt = count < 0 ? inputEnd : inputAt + (size_t)count;
	}
}

// Reads what the pty has, up to `most` bytes, into the ring. False: no process has it open any more.
static bool readOutput(int pty, size_t most) {
	for (size_t total = 0; total < most;) {
		size_t to = written % ringBytes, room = ringBytes - to;
		ssize_t count = read(pty, ring + to, room < most - total ? room : most - total);
		if (count < 0 && wouldBlock()) return true;
		if (count <= 0) return false;
		written += (uint64_t)count;
		total += (size_t)count;
	}
	return true;
}

static uint64_t slowest(void) {
	uint64_t at = written;
	for (int i = 0; i < clientCount; i++)
		if (clients[i].attached && clients[i].at < at) at = clients[i].at;
	return at;
}

static bool someoneHasSeenAll(void) {
	for (int i = 0; i < clientCount; i++)
		if (clients[i].attached && clients[i].at == written) return true;
	return false;
}

// Drops clients that hold up others. Returns the ms until the next one may have to go, -1 for never.
static int dropStuck(void) {
	int wait = -1;
	// `slowest` keeps the others at most lagBytes ahead, so that one who has seen everything is one who waits.
	if (!someoneHasSeenAll()) return wait;
	for (int i = clientCount - 1; i >= 0; i--) {
		if (clients[i].stuckSince == 0) continue;
		int64_t left = clients[i].stuckSince + stuckMs - nowMs();
		if (left <= 0) dropClient(i);
		else if (wait < 0 || left < wait) wait = (int)left;
	}
	return wait;
}

static void acceptClient(int listener) {
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) return;
	// The oldest goes first: it is most likely one whose connection was cut and that nobody reads.
	if (clientCount == clientsMost) dropClient(0);
	int bytes = lagBytes;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
	clients[clientCount++] = (struct client){.fd = fd};
}

// Gives everybody the last output and the exit code.
static void sayGoodbye(int code) {
	for (int64_t end = nowMs() + lingerMs; clientCount > 0 && nowMs() < end;) {
		struct pollfd polls[clientsMost];
		for (int i = clientCount - 1; i >= 0; i--) {
			unsigned char goodbye[headBytes + 1];
			putHead(goodbye, 'x', 1);
			goodbye[headBytes] = (unsigned char)code;
			// Whoever has only just come hears nothing and tries again, which starts a new shell.
			bool isThere = clients[i].attached && deliver(&clients[i]);
			if (isThere && clients[i].at < written) continue;
			if (isThere && send(clients[i].fd, goodbye, sizeof goodbye, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && wouldBlock()) continue;
			dropClient(i);
		}
		for (int i = 0; i < clientCount; i++) polls[i] = (struct pollfd){.fd = clients[i].fd, .events = POLLOUT};
		if (clientCount > 0) poll(polls, (nfds_t)clientCount, lingerMs);
	}
}

static void holdTerminal(int listener, int children, int pty, pid_t shell, const char *path) {
	bool isOpen = true;
	int64_t smallReadAt = 0;
	nonBlocking(pty);
	for (;;) {
		int timeout = dropStuck();
		struct pollfd polls[3 + clientsMost] = {{.fd = children, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
		bool wantsOutput = isOpen && written - slowest() < lagBytes, wantsInput = inputAt == inputEnd;
		if (wantsOutput && smallReadAt == nowMs()) wantsOutput = false, timeout = 1;
		polls[2] = (struct pollfd){.fd = isOpen && (wantsOutput || !wantsInput) ? pty : -1,
			.events = (short)((wantsOutput ? POLLIN : 0) | (wantsInput ? 0 : POLLOUT))};
		int polled = clientCount;
		for (int i = 0; i < polled; i++) {
			short events = (short)((wantsInput ? POLLIN : 0) | (clients[i].stuckSince ? POLLOUT : 0));
			// Asked for nothing, poll would still report a hang-up, again and again.
			polls[3 + i] = (struct pollfd){.fd = events ? clients[i].fd : -1, .events = events};
		}
		if (poll(polls, (nfds_t)(3 + polled), timeout) < 0 && errno != EINTR) return;

		int status;
		if (polls[0].revents) {
			struct signalfd_siginfo ignored;
			while (read(children, &ignored, sizeof ignored) > 0) {}
			if (waitpid(shell, &status, WNOHANG) == shell) {
				// What the shell left behind may go on writing for ever: take what is there now.
				if (isOpen) readOutput(pty, lagBytes);
				unlink(path);
				close(listener);
				sayGoodbye(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
				return;
			}
		}
		if (polls[2].revents && wantsOutput) {
			uint64_t before = written;
			isOpen = readOutput(pty, contentBytes);
			smallReadAt = written - before < smallBytes ? nowMs() : 0;
		}
		for (int i = polled - 1; i >= 0; i--) {
			// A frame of another client may have filled `input` a moment ago.
			bool isAlive = !(polls[3 + i].revents & (POLLIN | POLLHUP | POLLERR)) || inputAt < inputEnd || receive(&clients[i], pty);
			writeInput(pty);
			if (!isAlive || !deliver(&clients[i])) dropClient(i);
		}
		writeInput(pty);
		if (polls[1].revents) acceptClient(listener);
	}
}

static void runProgram(char **argv) {
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	setenv("TERM", "xterm-256color", 1);
	setenv("COLORTERM", "truecolor", 1);
	if (argv[0] != NULL) execvp(argv[0], argv);
	else execl("/bin/bash", "-bash", (char *)NULL);
	fprintf(stderr, "hold: %s: %s\n", argv[0] != NULL ? argv[0] : "/bin/bash", strerror(errno));
	_exit(127);
}

// Leaves a holder behind, a child of nobody.
static void startHolder(int listener, int lock, const char *path, const struct winsize *size, char **argv) {
	pid_t child = fork();
	if (child < 0) fail("fork");
	if (child > 0) {
		waitpid(child, NULL, 0);
		return;
	}
	setsid();
	if (fork() != 0) _exit(0);
	close(lock);
	// `docker exec` waits for everybody who has its pipes.
	int null = open("/dev/null", O_RDWR);
	for (int fd = 0; fd < 3; fd++) dup2(null, fd);
	if (null > 2) close(null);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	shellId = (uint64_t)t.tv_sec * 1000000000ULL + (uint64_t)t.tv_nsec;
	int children = signalsOf(SIGCHLD), pty; // before the fork: a shell that ends at once is noticed too
	pid_t shell = forkpty(&pty, NULL, NULL, size);
	if (shell == 0) runProgram(argv);
	if (shell > 0) holdTerminal(listener, children, pty, shell, path);
	else unlink(path);
	_exit(0);
}

// ---- the client

static struct termios terminalBefore;
static int flagsBefore[2];

static void restoreTerminal(void) {
	tcsetattr(0, TCSADRAIN, &terminalBefore);
}

static void restoreFlags(void) {
	for (int fd = 0; fd < 2; fd++) fcntl(fd, F_SETFL, flagsBefore[fd]);
}

// A socket of the holder of NAME; starts one if there is none. A lock file lets one `hold` at a time look and start.
static int connectHolder(const char *name, const struct winsize *size, char **argv) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char lockPath[sizeof address.sun_path];
	snprintf(address.sun_path, sizeof address.sun_path, "%s/%s.sock", DIRECTORY, name);
	snprintf(lockPath, sizeof lockPath, "%s/%s.lock", DIRECTORY, name);
	int lock = open(lockPath, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (lock < 0) fail(lockPath);
	while (flock(lock, LOCK_EX) < 0)
		if (errno != EINTR) fail(lockPath);
	int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (connect(connection, (struct sockaddr *)&address, sizeof address) < 0) {
		close(connection); // or the holder would inherit it, and never see that its client is gone
		int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		unlink(address.sun_path);
		mode_t mask = umask(0077);
		if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) fail(address.sun_path);
		umask(mask);
		if (listen(listener, clientsMost) < 0) fail("listen");
		startHolder(listener, lock, address.sun_path, size, argv);
		close(listener);
		connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		if (connect(connection, (struct sockaddr *)&address, sizeof address) < 0) fail(address.sun_path);
	}
	close(lock);
	nonBlocking(connection);
	return connection;
}

static bool sendSize(int holder, const struct winsize *size) {
	unsigned char frame[headBytes + 4];
	putHead(frame, 's', 4);
	putNumber(frame + headBytes, size->ws_col, 2);
	putNumber(frame + headBytes + 2, size->ws_row, 2);
	return send(holder, frame, sizeof frame, MSG_NOSIGNAL) > 0;
}

// Bytes of the whole frame that starts here, 0 if it is not whole yet.
static size_t wholeFrame(const unsigned char *bytes, size_t count) {
	if (count < headBytes) return 0;
	size_t length = headBytes + ((size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3]);
	if (length > frameBytes) {
		fputs("hold: a frame is too long\n", stderr);
		exit(2);
	}
	return count >= length ? length : 0;
}

// Relays until stdin ends (returns 0), the shell does (its exit code), or the holder was just ending (-1: try again).
static int attach(int holder, bool isPipe, struct winsize size) {
	static unsigned char up[frameBytes], down[frameBytes]; // what stdin said, as frames; what stdout is to get
	size_t upEnd = 0, downAt = 0, downEnd = 0;
	int resizes = isPipe ? -1 : signalsOf(SIGWINCH), code = -1;
	bool isGreeted = false, isStdinOpen = true, takesInput = sendSize(holder, &size);
	for (;;) {
		size_t whole = wholeFrame(up, upEnd);
		if (whole > 0 && takesInput && send(holder, up, whole, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
			upEnd -= whole;
			memmove(up, up + whole, upEnd);
			continue;
		}
		if (whole > 0 && !wouldBlock()) takesInput = false; // it is going: what it said last is still to be read
		if (downAt == downEnd && code >= 0) return code;
		if (!isStdinOpen && (whole == 0 || !takesInput)) return 0;

		bool wantsOutput = downAt == downEnd, blocked = whole > 0 && takesInput;
		struct pollfd polls[4] = {
			{.fd = whole == 0 && isStdinOpen ? 0 : -1, .events = POLLIN},
			{.fd = wantsOutput || blocked ? holder : -1, .events = (short)((wantsOutput ? POLLIN : 0) | (blocked ? POLLOUT : 0))},
			{.fd = wantsOutput ? -1 : 1, .events = POLLOUT},
			{.fd = resizes, .events = POLLIN},
		};
		if (poll(polls, 4, -1) < 0 && errno != EINTR) fail("poll");
		if (polls[0].revents) {
			size_t head = isPipe ? 0 : headBytes;
			ssize_t count = read(0, up + upEnd + head, frameBytes - upEnd - head);
			if (count > 0 && !isPipe) putHead(up, 'i', (size_t)count);
			if (count > 0) upEnd += head + (size_t)count;
			else if (count == 0 || !wouldBlock()) isStdinOpen = false;
		}
		if (polls[1].revents && wantsOutput) {
			ssize_t count = recv(holder, down, sizeof down, 0);
			if (count == 0 || (count < 0 && !wouldBlock())) {
				if (!isGreeted) return -1;
				fputs("hold: the holder of this terminal is gone\n", stderr);
				return 1;
			}
			if (count > 0) {
				isGreeted = true;
				if (down[0] == 'x') code = down[headBytes];
				downEnd = isPipe || down[0] == 'o' || down[0] == 'r' ? (size_t)count : 0;
				downAt = isPipe || downEnd == 0 ? 0 : headBytes;
			}
		}
		if (downAt < downEnd) {
			ssize_t count = write(1, down + downAt, downEnd - downAt);
			if (count > 0) downAt += (size_t)count;
			else if (count < 0 && !wouldBlock()) return 0;
		}
		struct signalfd_siginfo ignored;
		if (polls[3].revents && read(resizes, &ignored, sizeof ignored) > 0 && ioctl(0, TIOCGWINSZ, &size) == 0)
			sendSize(holder, &size);
	}
}

int main(int argc, char **argv) {
	struct winsize size = {.ws_col = 80, .ws_row = 24};
	bool isPipe = argc > 1 && !strcmp(argv[1], "--pipe");
	char **rest = argv + (isPipe ? 3 : 1);
	bool isWrong = argc < (isPipe ? 4 : 2) || (isPipe && sscanf(argv[2], "%hux%hu", &size.ws_col, &size.ws_row) != 2);
	if (isWrong || rest[0][0] == '\0' || strlen(rest[0]) > 32 || rest[0][strspn(rest[0], "abcdefghijklmnopqrstuvwxyz0123456789-")]) {
		fputs("usage: hold [--pipe COLSxROWS] NAME [program...]\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	mkdir("/run/shoal", 0755);
	mkdir(DIRECTORY, 0700);
	for (int fd = 0; fd < 2; fd++) flagsBefore[fd] = fcntl(fd, F_GETFL);
	atexit(restoreFlags);

	struct winsize actual;
	bool isTerminal = !isPipe && tcgetattr(0, &terminalBefore) == 0;
	if (isTerminal && ioctl(0, TIOCGWINSZ, &actual) == 0 && actual.ws_col > 0 && actual.ws_row > 0) size = actual;
	for (int attempt = 0; attempt < attempts; attempt++) {
		int holder = connectHolder(rest[0], &size, rest + 1);
		if (isTerminal && attempt == 0) {
			struct termios raw = terminalBefore;
			cfmakeraw(&raw);
			atexit(restoreTerminal);
			tcsetattr(0, TCSADRAIN, &raw);
		}
		for (int fd = 0; fd < 2; fd++) nonBlocking(fd);
		int code = attach(holder, isPipe, size);
		if (code >= 0) return code;
		close(holder);
		restoreFlags();
	}
	fputs("hold: the terminal ended again and again\n", stderr);
	return 1;
}
