/*
 * Functions of other libraries that libsystemd's objects call, in so far as a client of the bus and a reader of the journal get there.
 */
#include <errno.h>
#include <printf.h>
#include <stdbool.h>
#include <string.h>
#include <sys/capability.h>

/* libcap: "is not known" is what the callers make of it. */
cap_t cap_get_proc(void)
{
        errno = ENOSYS;
        return NULL;
}

int cap_get_flag(cap_t caps, cap_value_t value, cap_flag_t flag, cap_flag_value_t *ret)
{
        errno = EINVAL;
        return -1;
}

int cap_free(void *caps)
{
        return 0;
}

#undef strerror_r
char *mde_strerror_r(int number, char *buffer, size_t size)
{
        int error = errno;

        strerror_r(number, buffer, size);
        errno = error; /* what is too long is cut: nobody is asked for more room */
        return buffer;
}

static size_t put(int type, size_t n_found, size_t n, int *types)
{
        if (n_found < n)
                types[n_found] = type;
        return n_found + 1;
}

static size_t skip_number(const char **p, size_t found, size_t n, int *types)
{
        if (**p == '*') {
                (*p)++;
                return put(PA_INT, found, n, types);
        }
        *p += strspn(*p, "0123456789");
        return found;
}

static int length_of(const char **p)
{
        const char *begin = *p;

        *p += strspn(begin, "hljztLq");
        if (*p == begin)
                return 0;
        if (*begin == 'h')
                return begin[1] == 'h' ? PA_CHAR : PA_FLAG_SHORT;
        if (*begin == 'L' || *begin == 'q')
                return PA_FLAG_LONG_LONG;
        return begin[0] == 'l' && begin[1] == 'l' ? PA_FLAG_LONG_LONG : PA_FLAG_LONG;
}

static int type_of(char conversion, int length)
{
        switch (conversion) {
        case 's':
                return PA_STRING;
        case 'p':
                return PA_POINTER;
        case 'n':
                return PA_INT | PA_FLAG_PTR;
        case 'c':
                return PA_INT;
        case 'a':
        case 'A':
        case 'e':
        case 'E':
        case 'f':
        case 'F':
        case 'g':
        case 'G':
                return PA_DOUBLE | (length & PA_FLAG_LONG_DOUBLE);
        default:
                return length == PA_CHAR ? PA_CHAR : PA_INT | length;
        }
}

/* Arguments in their order; "%1$s" does not occur. */
size_t parse_printf_format(const char *format, size_t n, int *types)
{
        size_t found = 0;
        const char *p;

        for (p = format; (p = strchr(p, '%')); p++) {
                int length;

                p += 1 + strspn(p + 1, "#0- +'I");
                found = skip_number(&p, found, n, types);
                if (*p == '.') {
                        p++;
                        found = skip_number(&p, found, n, types);
                }
                length = length_of(&p);
                if (*p == '\0')
                        break;
                if (*p != '%' && *p != 'm')
                        found = put(type_of(*p, length), found, n, types);
        }
        return found;
}
