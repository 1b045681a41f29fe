/* Datagrams with the Path ID of a bench: `send` as many as it can, `ping` one after the other, `echo`. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 32
#define PATH_ID_BYTE 0xbb

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static struct sockaddr_in at(const char *ip, const char *port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  if (inet_pton(AF_INET, ip, &a.sin_addr) != 1) exit(2);
  return a;
}

/* header 4 | Path ID 16 | number 8 | ... */
static void fill(uint8_t *d, size_t size) {
  memset(d, 0, size);
  d[0] = 0x05;
  d[1] = 0x10;
  memset(d + 4, PATH_ID_BYTE, 16);
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* send IP PORT IP PORT SIZE SECONDS | ping IP PORT IP PORT SIZE COUNT | echo IP PORT */
int main(int argc, char **argv) {
  if (argc < 4) return 2;
  struct sockaddr_in own = at(argv[2], argv[3]), to;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (bind(fd, (void *)&own, sizeof own)) return 2;
  static uint8_t data[BATCH][2048];
  puts("ready");
  fflush(stdout);
  if (!strcmp(argv[1], "echo"))
    for (;;) {
      socklen_t length = sizeof to;
      ssize_t got = recvfrom(fd, data[0], sizeof data[0], 0, (void *)&to, &length);
      if (got > 0) sendto(fd, data[0], got, 0, (void *)&to, length);
    }
  if (argc < 8) return 2;
  to = at(argv[4], argv[5]);
  size_t size = atoi(argv[6]);
  if (connect(fd, (void *)&to, sizeof to)) return 2;
  if (!strcmp(argv[1], "send")) {
    struct mmsghdr messages[BATCH] = {0};
    struct iovec vectors[BATCH];
    for (int i = 0; i < BATCH; i++) {
      fill(data[i], size);
      vectors[i] = (struct iovec){data[i], size};
      messages[i].msg_hdr.msg_iov = &vectors[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    double start = now(), end = start + atof(argv[7]);
    uint64_t sent = 0;
    while (now() < end) {
      int count = sendmmsg(fd, messages, BATCH, 0);
      if (count > 0) sent += count;
    }
    printf("{\"sent\":%lu,\"seconds\":%f}\n", sent, now() - start);
    return 0;
  }
  int count = atoi(argv[7]), came = 0;
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
