/*
 * Datagrams with the Path IDs of the benchmarks of relays: `send` as many as it can, `ping` one after the other, `echo`.
 *   send FROM-IP PORT TO-IP PORT SIZE SECONDS PATHS ntmobile|turn
 *   ping FROM-IP PORT TO-IP PORT SIZE COUNT
 *   echo IP PORT
 *   sink IP PORT    reads nothing: what it has no room for the kernel drops, and tells nobody
 * Each path is drawn anew for each datagram. A line has its port when it is ready, another one what came of it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 32
#define PATH_ID_BYTE 0xbb

static double read_clock(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static double now(void) { return read_clock(CLOCK_MONOTONIC); }

static struct sockaddr_in at(const char *ip, const char *port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  if (inet_pton(AF_INET, ip, &a.sin_addr) != 1) exit(2);
  return a;
}

static void name(uint8_t *d, uint32_t path) {
  path = htonl(path);
  memcpy(d + 16, &path, 4);
}

/* header 4 | Path ID 16: bb .. bb, number of the path 4 | number of the datagram 8 | ... */
static void fill(uint8_t *d, size_t size) {
  memset(d, 0, size);
  d[0] = 0x05;
  d[1] = 0x10;
  memset(d + 4, PATH_ID_BYTE, 12);
}

/* ChannelData of channel 0x4000: number 2 | length 2 | ... */
static void channel(uint8_t *d, size_t size) {
  uint16_t length = htons(size - 4);
  d[0] = 0x40;
  d[1] = 0x00;
  memcpy(d + 2, &length, 2);
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static uint8_t data[BATCH][2048];

static void echo(int fd) {
  for (;;) {
    struct sockaddr_in to;
    socklen_t length = sizeof to;
    ssize_t got = recvfrom(fd, data[0], sizeof data[0], 0, (void *)&to, &length);
    if (got > 0) sendto(fd, data[0], got, 0, (void *)&to, length);
  }
}

static int flood(int fd, size_t size, double seconds, uint32_t paths, int turn) {
  struct mmsghdr messages[BATCH] = {0};
  struct iovec vectors[BATCH];
  for (int i = 0; i < BATCH; i++) {
    fill(data[i], size);
    if (turn) channel(data[i], size);
    vectors[i] = (struct iovec){data[i], size};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  double used = read_clock(CLOCK_PROCESS_CPUTIME_ID);
  double start = now(), end = start + seconds;
  uint64_t sent = 0;
  uint32_t draw = 12345;
  while (now() < end) {
    for (int i = 0; i < BATCH && paths > 1; i++) {
      draw = draw * 1664525u + 1013904223u;
      name(data[i], (uint64_t)draw * paths >> 32);
    }
    int count = sendmmsg(fd, messages, BATCH, 0);
    if (count > 0) sent += count;
  }
  used = read_clock(CLOCK_PROCESS_CPUTIME_ID) - used;
  printf("{\"sent\":%lu,\"seconds\":%f,\"used\":%f}\n", sent, now() - start, used);
  return 0;
}

static int ping(int fd, size_t size, int count) {
  int came = 0;
  double *times = calloc(count, sizeof *times);
  fill(data[0], size);
  for (uint64_t i = 0; i < (uint64_t)count; i++) {
    memcpy(data[0] + 20, &i, 8);
    double start = now();
    send(fd, data[0], size, 0);
    struct pollfd waits = {fd, POLLIN, 0};
    uint64_t number = ~0ull;
    while (number != i && poll(&waits, 1, 200) > 0 && recv(fd, data[1], sizeof data[1], 0) > 0)
      memcpy(&number, data[1] + 20, 8);
    if (number == i) times[came++] = (now() - start) * 1e6;
    usleep(1000);
  }
  qsort(times, came, sizeof *times, compare);
  printf("{\"came\":%d,\"median\":%f}\n", came, came ? times[came / 2] : 0);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  /* It goes with whoever started it. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct sockaddr_in own = at(argv[2], argv[3]);
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (bind(fd, (void *)&own, sizeof own)) return 2;
  socklen_t length = sizeof own;
  getsockname(fd, (void *)&own, &length);
  printf("%d\n", ntohs(own.sin_port));
  fflush(stdout);
  if (!strcmp(argv[1], "sink"))
    for (;;) pause();
  if (!strcmp(argv[1], "echo")) echo(fd);
  if (argc < 8) return 2;
  struct sockaddr_in to = at(argv[4], argv[5]);
  if (connect(fd, (void *)&to, sizeof to)) return 2;
  size_t size = atoi(argv[6]);
  if (!strcmp(argv[1], "ping")) return ping(fd, size, atoi(argv[7]));
  if (argc < 10) return 2;
  return flood(fd, size, atof(argv[7]), strtoul(argv[8], 0, 10), !strcmp(argv[9], "turn"));
}
