/* A clock that is shifted by SHIFTED_CLOCK_SECONDS, for a process and all that it starts: see shifted_clock.py.

   Only the time of day is shifted. The monotonic clock is not, so that sleeping and waiting take as long as ever.
   The times of files are not either: the moments are later than any of them.

   Deadlines by the time of day are moved back before the kernel gets them. A condition that waits by the monotonic
   clock is recognised by its deadline: that clock counts from the start of the machine. */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SMALLEST_TIME_OF_DAY 1000000000 /* in 2001: no machine has been up for so long */

static time_t shift;

__attribute__((constructor)) static void read_shift(void) {
    const char *seconds = getenv("SHIFTED_CLOCK_SECONDS");
    shift = seconds ? atoll(seconds) : 0;
}

static struct timespec unshifted(const struct timespec *deadline) {
    struct timespec result = *deadline;
    result.tv_sec -= shift;
    return result;
}

int clock_gettime(clockid_t id, struct timespec *result) {
    int status = syscall(SYS_clock_gettime, id, result);
    if (status == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) result->tv_sec += shift;
    return status;
}

int gettimeofday(struct timeval *restrict result, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    result->tv_sec = now.tv_sec;
    result->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *result, int base) {
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, result) == 0 ? base : 0;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict deadline) {
    if (deadline->tv_sec < SMALLEST_TIME_OF_DAY)
        return pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, deadline);
    struct timespec real = unshifted(deadline);
    return pthread_cond_clockwait(condition, mutex, CLOCK_REALTIME, &real);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict deadline) {
    struct timespec real = unshifted(deadline);
    return pthread_mutex_clocklock(mutex, CLOCK_REALTIME, &real);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict deadline) {
    struct timespec real = unshifted(deadline);
    return sem_clockwait(semaphore, CLOCK_REALTIME, &real);
}
