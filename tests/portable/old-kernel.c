/*
 * old-kernel PROGRAM [ARGUMENT ...]: runs a program as if the kernel were 3.10, for what a seccomp filter can play:
 * calls that came later are answered with ENOSYS, later socket options with ENOPROTOOPT, seals with EINVAL.
 * uname() says 2.6 (there is a personality for that): OpenSSL takes no random numbers at all from a newer kernel
 * without getrandom().
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define FIRST_LATER 314 /* sched_setattr, 3.14; finit_module was the last of 3.10 */
#else
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define FIRST_LATER 274
#endif
#define LAST_SOCKET_OPTION 45 /* SO_SELECT_ERR_QUEUE, 3.10 */

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define LOAD_ARGUMENT(n) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + (n) * sizeof(__u64))
#define IF_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define IF_LESS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (value), (no), (yes))
#define ANSWER(number) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (number))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static const struct sock_filter filter[] = {
        /* 0 */ LOAD(arch),
        /* 1 */ IF_EQUAL(ARCHITECTURE, 0, 13),
        /* 2 */ LOAD(nr),
        /* 3 */ IF_LESS(FIRST_LATER, 1, 0),
        /* 4 */ ANSWER(ENOSYS),
        /* 5 */ IF_EQUAL(SYS_fcntl, 0, 3),
        /* 6 */ LOAD_ARGUMENT(1),
        /* 7 */ IF_EQUAL(F_ADD_SEALS, 6, 0),
        /* 8 */ IF_EQUAL(F_GET_SEALS, 5, 6),
        /* 9 */ IF_EQUAL(SYS_getsockopt, 0, 5),
        /* 10 */ LOAD_ARGUMENT(1),
        /* 11 */ IF_EQUAL(SOL_SOCKET, 0, 3),
        /* 12 */ LOAD_ARGUMENT(2),
        /* 13 */ IF_LESS(LAST_SOCKET_OPTION + 1, 1, 2),
        /* 14 */ ANSWER(EINVAL),
        /* 15 */ ALLOW,
        /* 16 */ ANSWER(ENOPROTOOPT),
};

int main(int argc, char *argv[])
{
        const struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), (struct sock_filter *)filter };

        if (argc < 2) {
                fprintf(stderr, "usage: old-kernel PROGRAM [ARGUMENT ...]\n");
                return 2;
        }
        personality(UNAME26);
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
                fprintf(stderr, "old-kernel: no filter can be set here: %s\n", strerror(errno));
                return 77;
        }
        execv(argv[1], argv + 1);
        fprintf(stderr, "old-kernel: %s: %s\n", argv[1], strerror(errno));
        return 127;
}
