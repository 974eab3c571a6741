// Answers every datagram on a port with the host name: `udp-echo 9000`. Asks one: `udp-echo HOST PORT [SOURCE-PORT]`.
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <arpa/inet.h>

static int bound(int port) {
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(fd, (void *)&any, sizeof any)) perror("bind"), exit(1);
	return fd;
}

int main(int argc, char **argv) {
	char text[512];
	struct sockaddr_in peer;
	socklen_t length = sizeof peer;
	signal(SIGTERM, _exit);
	if (argc == 2) {
		for (int fd = bound(atoi(argv[1]));;) {
			length = sizeof peer;
			if (recvfrom(fd, text, sizeof text, 0, (void *)&peer, &length) < 0) continue;
			gethostname(text, sizeof text - 1);
			strcat(text, "\n");
			sendto(fd, text, strlen(text), 0, (void *)&peer, length);
		}
	}
	int fd = bound(argc > 3 ? atoi(argv[3]) : 0);
	struct timeval limit = {2, 0};
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM}, *found;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (getaddrinfo(argv[1], argv[2], &hints, &found)) return 2;
	if (connect(fd, found->ai_addr, found->ai_addrlen) || send(fd, "who?", 4, 0) < 0) return 3;
	ssize_t n = recv(fd, text, sizeof text, 0);
	if (n < 0) return perror("no answer"), 4;
	return fwrite(text, 1, n, stdout) != (size_t)n;
}
