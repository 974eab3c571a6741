// Times HTTP requests, a new connection for each: `http-time HOST PORT PATH COUNT` prints microseconds and bytes of each.
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

int main(int argc, char **argv) {
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
	static char buffer[1 << 20], request[512];
	if (argc < 5 || getaddrinfo(argv[1], argv[2], &hints, &found)) return 2;
	int length = snprintf(request, sizeof request, "GET %s HTTP/1.0\r\nHost: x\r\n\r\n", argv[3]);
	for (int i = 0; i < atoi(argv[4]); i++) {
		double began = now();
		long bytes = 0;
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(fd, found->ai_addr, found->ai_addrlen) || write(fd, request, length) != length) return 3;
		for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) bytes += n;
		close(fd);
		printf("%.0f %ld\n", now() - began, bytes);
	}
	return 0;
}
