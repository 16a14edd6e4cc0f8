/* Counts the calls that change files below a folder, fails some of them, and records all of them.

   FAULTY_DISK_FOLDER   the folder, an absolute path
   FAULTY_DISK_CONTROL  a file with "FIRST LAST ERRNO": calls FIRST to LAST fail with that error (0 0 0: none);
                        it is read at each call, so that a test can mend the disk
   FAULTY_DISK_COUNT    a file that gets the number of calls so far
   FAULTY_DISK_RECORD   a file that every call is appended to, for tests/disk/replay.py

   A record is a line `KIND NUMBER LENGTH PATH [SECOND PATH]`, and LENGTH bytes of data. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long calls = 0;

#define NEXT(type, name, ...)                                  \
    static type (*next)(__VA_ARGS__) = NULL;                   \
    if (!next) next = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static ssize_t plain_write(int fd, const void *data, size_t size) {
    NEXT(ssize_t, "write", int, const void *, size_t);
    return next(fd, data, size);
}

static int plain_open(const char *path, int flags) {
    NEXT(int, "open", const char *, int, ...);
    return ((int (*)(const char *, int, ...))next)(path, flags, 0644);
}

static int is_below(const char *path) {
    const char *folder = getenv("FAULTY_DISK_FOLDER");
    size_t length = folder ? strlen(folder) : 0;
    return length && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

static int absolute(const char *path, char *out) {
    if (path[0] == '/') {
        snprintf(out, PATH_MAX, "%s", path);
    } else {
        char here[PATH_MAX / 2];
        if (!getcwd(here, sizeof here)) return 0;
        snprintf(out, PATH_MAX, "%s/%.*s", here, PATH_MAX / 2 - 2, path);
    }
    return is_below(out);
}

static int path_of(int fd, char *out) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, out, PATH_MAX - 1);
    if (length < 0) return 0;
    out[length] = 0;
    return is_below(out);
}

static void record(const char *kind, long long number, const void *data, size_t size, const char *path,
                   const char *second) {
    const char *name = getenv("FAULTY_DISK_RECORD");
    if (!name) return;
    char head[3 * PATH_MAX];
    int length = snprintf(head, sizeof head, "%s %lld %zu %s%s%s\n", kind, number, size, path,
                          second ? " " : "", second ? second : "");
    int fd = plain_open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC);
    if (fd < 0) return;
    plain_write(fd, head, length);
    if (size) plain_write(fd, data, size);
    close(fd);
}

/* The error of this call, 0 for none. */
static int error_now(void) {
    const char *control = getenv("FAULTY_DISK_CONTROL"), *count = getenv("FAULTY_DISK_COUNT");
    char text[80] = "";
    long first = 0, last = 0;
    int error = 0;
    calls++;
    if (control) {
        int fd = plain_open(control, O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
            ssize_t length = read(fd, text, sizeof text - 1);
            close(fd);
            text[length > 0 ? length : 0] = 0;
            sscanf(text, "%ld %ld %d", &first, &last, &error);
        }
    }
    if (count) {
        int fd = plain_open(count, O_WRONLY | O_CREAT | O_CLOEXEC);
        if (fd >= 0) {
            plain_write(fd, text, snprintf(text, sizeof text, "%12ld\n", calls));
            close(fd);
        }
    }
    return error && calls >= first && calls <= last ? error : 0;
}

/* Fails a call, or makes it and records it. A full disk lets files be removed and cut. */
#define CHANGE(is_ours, failed, kind, number, data, size, path, second, call) \
    do {                                                                      \
        if (!(is_ours)) return call;                                          \
        pthread_mutex_lock(&lock);                                            \
        int error = error_now();                                              \
        if (error == ENOSPC && (!strcmp(kind, "unlink") || !strcmp(kind, "cut"))) error = 0; \
        __typeof__(call) result = error ? (failed) : call;                    \
        int after = error ? error : errno;                                    \
        if (!error && result != (failed)) record(kind, number, data, size, path, second); \
        pthread_mutex_unlock(&lock);                                          \
        errno = after;                                                        \
        return result;                                                        \
    } while (0)

ssize_t write(int fd, const void *data, size_t size) {
    NEXT(ssize_t, "write", int, const void *, size_t);
    char path[PATH_MAX];
    int ours = path_of(fd, path);
    off_t place = ours ? lseek(fd, 0, SEEK_CUR) : 0;
    if (ours && (fcntl(fd, F_GETFL) & O_APPEND)) place = lseek(fd, 0, SEEK_END);
    CHANGE(ours, -1, "write", place, data, (size_t)result, path, NULL, next(fd, data, size));
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t place) {
    NEXT(ssize_t, "pwrite", int, const void *, size_t, off_t);
    char path[PATH_MAX];
    int ours = path_of(fd, path);
    CHANGE(ours, -1, "write", place, data, (size_t)result, path, NULL, next(fd, data, size, place));
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t place) { return pwrite(fd, data, size, place); }

int fsync(int fd) {
    NEXT(int, "fsync", int);
    char path[PATH_MAX];
    int ours = path_of(fd, path);
    CHANGE(ours, -1, "sync", 0, NULL, 0, path, NULL, next(fd));
}

int fdatasync(int fd) {
    NEXT(int, "fdatasync", int);
    char path[PATH_MAX];
    int ours = path_of(fd, path);
    CHANGE(ours, -1, "sync", 0, NULL, 0, path, NULL, next(fd));
}

int ftruncate(int fd, off_t size) {
    NEXT(int, "ftruncate", int, off_t);
    char path[PATH_MAX];
    int ours = path_of(fd, path);
    CHANGE(ours, -1, "cut", size, NULL, 0, path, NULL, next(fd, size));
}

int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }

int fallocate(int fd, int mode, off_t place, off_t size) {
    NEXT(int, "fallocate", int, int, off_t, off_t);
    char path[PATH_MAX];
    int ours = path_of(fd, path);
    CHANGE(ours, -1, mode ? "hole" : "room", place, &size, sizeof size, path, NULL, next(fd, mode, place, size));
}

int fallocate64(int fd, int mode, off_t place, off_t size) { return fallocate(fd, mode, place, size); }

int rename(const char *old, const char *new) {
    NEXT(int, "rename", const char *, const char *);
    char path[PATH_MAX], second[PATH_MAX];
    int ours = absolute(old, path);
    absolute(new, second);
    CHANGE(ours, -1, "rename", 0, NULL, 0, path, second, next(old, new));
}

int unlink(const char *name) {
    NEXT(int, "unlink", const char *);
    char path[PATH_MAX];
    int ours = absolute(name, path);
    CHANGE(ours, -1, "unlink", 0, NULL, 0, path, NULL, next(name));
}

int remove(const char *name) {
    NEXT(int, "remove", const char *);
    char path[PATH_MAX];
    int ours = absolute(name, path);
    CHANGE(ours, -1, "unlink", 0, NULL, 0, path, NULL, next(name));
}

int link(const char *old, const char *new) {
    NEXT(int, "link", const char *, const char *);
    char path[PATH_MAX], second[PATH_MAX];
    int ours = absolute(old, path);
    absolute(new, second);
    CHANGE(ours, -1, "link", 0, NULL, 0, path, second, next(old, new));
}

int mkdir(const char *name, mode_t mode) {
    NEXT(int, "mkdir", const char *, mode_t);
    char path[PATH_MAX];
    int ours = absolute(name, path);
    CHANGE(ours, -1, "mkdir", 0, NULL, 0, path, NULL, next(name, mode));
}

static int open_with(int (*next)(const char *, int, ...), const char *name, int flags, mode_t mode) {
    char path[PATH_MAX];
    int makes = (flags & O_CREAT) && absolute(name, path) && access(name, F_OK);
    int cuts = (flags & O_TRUNC) && absolute(name, path);
    CHANGE(makes || cuts, -1, "open", cuts, NULL, 0, path, NULL, next(name, flags, mode));
}

int open(const char *name, int flags, ...) {
    NEXT(int, "open", const char *, int, ...);
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_with((int (*)(const char *, int, ...))next, name, flags, mode);
}

int open64(const char *name, int flags, ...) {
    NEXT(int, "open64", const char *, int, ...);
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_with((int (*)(const char *, int, ...))next, name, flags, mode);
}
