/* Lets the N-th call that changes something below a folder fail. Loaded before the C library with LD_PRELOAD by faults.py.
 *
 * FAULT_BELOW   the folder; calls on anything else are left alone
 * FAULT_NTH     which call of each process fails, from 1; 0 only counts
 * FAULT_MODE    "eio": that call fails once with EIO; "full": that call and every later one that takes room fail with ENOSPC
 * FAULT_REPORT  a file that is told the name of the call that failed, and at the end how many calls there were
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;
static long nth;
static int full;
static char below[4096];
static long report = -1;

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("FAULT_BELOW"), *number = getenv("FAULT_NTH"), *mode = getenv("FAULT_MODE");
    if (folder) snprintf(below, sizeof below, "%s", folder);
    nth = number ? atol(number) : 0;
    full = mode && strcmp(mode, "full") == 0;
    /* Opened now: the process that reads strangers' files soon may open nothing else. */
    const char *path = getenv("FAULT_REPORT");
    if (path) report = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

/* By system calls of its own, so that it neither counts nor fails. */
static void tell(const char *text, long number, const char *path) {
    char line[5000];
    int length = snprintf(line, sizeof line, "%s %ld %s\n", text, number, path);
    if (report >= 0) syscall(SYS_write, report, line, (size_t)length);
}

__attribute__((destructor)) static void end(void) { tell("calls", atomic_load(&calls), ""); }

static int is_below(const char *path) {
    size_t length = strlen(below);
    return length && strncmp(path, below, length) == 0 && (path[length] == '/' || path[length] == 0);
}

/* 0 to go on, else the error to fail with. */
static int judged(const char *call, const char *path, int takes_room) {
    if (!is_below(path)) return 0;
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (nth == 0 || number < nth) return 0;
    if (full && !takes_room) return 0;
    if (!full && number > nth) return 0;
    tell(call, number, path);
    return full ? ENOSPC : EIO;
}

static int judge_file(const char *call, int file, int takes_room) {
    char link[64], path[4096];
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    errno = saved;
    if (length <= 0) return 0;
    path[length] = 0;
    return judged(call, path, takes_room);
}

static int judge_path(const char *call, int folder, const char *name, int takes_room) {
    char path[8400], link[64], base[4096] = "";
    int saved = errno;
    if (name[0] != '/') {
        long length;
        if (folder == AT_FDCWD) {
            length = syscall(SYS_getcwd, base, sizeof base) - 1;
        } else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            length = syscall(SYS_readlinkat, AT_FDCWD, link, base, sizeof base - 1);
        }
        if (length > 0) base[length] = 0;
    }
    errno = saved;
    snprintf(path, sizeof path, "%s%s%s", base, base[0] ? "/" : "", name);
    return judged(call, path, takes_room);
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)
#define FAIL_IF(error) \
    do { \
        int why = error; \
        if (why) { errno = why; return -1; } \
    } while (0)

ssize_t write(int file, const void *bytes, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    FAIL_IF(judge_file("write", file, 1));
    return real(file, bytes, count);
}
ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    FAIL_IF(judge_file("writev", file, 1));
    return real(file, parts, count);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    FAIL_IF(judge_file("pwrite", file, 1));
    return real(file, bytes, count, at);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    FAIL_IF(judge_file("pwrite64", file, 1));
    return real(file, bytes, count, at);
}
int fsync(int file) {
    REAL(int, "fsync", int);
    FAIL_IF(judge_file("fsync", file, 0));
    return real(file);
}
int fdatasync(int file) {
    REAL(int, "fdatasync", int);
    FAIL_IF(judge_file("fdatasync", file, 0));
    return real(file);
}
int ftruncate(int file, off_t length) {
    REAL(int, "ftruncate", int, off_t);
    FAIL_IF(judge_file("ftruncate", file, 0));
    return real(file, length);
}
int ftruncate64(int file, off64_t length) {
    REAL(int, "ftruncate64", int, off64_t);
    FAIL_IF(judge_file("ftruncate64", file, 0));
    return real(file, length);
}
int fallocate(int file, int mode, off_t at, off_t length) {
    REAL(int, "fallocate", int, int, off_t, off_t);
    FAIL_IF(judge_file("fallocate", file, 1));
    return real(file, mode, at, length);
}
int posix_fallocate(int file, off_t at, off_t length) {
    REAL(int, "posix_fallocate", int, off_t, off_t);
    int why = judge_file("posix_fallocate", file, 1);
    return why ? why : real(file, at, length);
}
ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t count, unsigned flags) {
    REAL(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned);
    FAIL_IF(judge_file("copy_file_range", to, 1));
    return real(from, from_at, to, to_at, count, flags);
}
ssize_t sendfile(int to, int from, off_t *at, size_t count) {
    REAL(ssize_t, "sendfile", int, int, off_t *, size_t);
    FAIL_IF(judge_file("sendfile", to, 1));
    return real(to, from, at, count);
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t count) {
    REAL(ssize_t, "sendfile64", int, int, off64_t *, size_t);
    FAIL_IF(judge_file("sendfile64", to, 1));
    return real(to, from, at, count);
}
int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    FAIL_IF(judge_path("rename", AT_FDCWD, to, 0));
    return real(from, to);
}
int renameat(int from_in, const char *from, int to_in, const char *to) {
    REAL(int, "renameat", int, const char *, int, const char *);
    FAIL_IF(judge_path("renameat", to_in, to, 0));
    return real(from_in, from, to_in, to);
}
int renameat2(int from_in, const char *from, int to_in, const char *to, unsigned flags) {
    REAL(int, "renameat2", int, const char *, int, const char *, unsigned);
    FAIL_IF(judge_path("renameat2", to_in, to, 0));
    return real(from_in, from, to_in, to, flags);
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    FAIL_IF(judge_path("mkdir", AT_FDCWD, path, 1));
    return real(path, mode);
}
int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    FAIL_IF(judge_path("unlink", AT_FDCWD, path, 0));
    return real(path);
}
int unlinkat(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    FAIL_IF(judge_path("unlinkat", folder, path, 0));
    return real(folder, path, flags);
}
int rmdir(const char *path) {
    REAL(int, "rmdir", const char *);
    FAIL_IF(judge_path("rmdir", AT_FDCWD, path, 0));
    return real(path);
}

/* Opening a file that may be made counts as well. */
#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, #name, const char *, int, ...); \
        mode_t mode = 0; \
        if (flags & O_CREAT) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
            FAIL_IF(judge_path(#name, AT_FDCWD, path, 1)); \
        } \
        return real(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
