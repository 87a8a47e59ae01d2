/*
 * link=system only: libcurl is loaded when the first transfer begins. enable on a finished machine needs none, and
 * the some thirty libraries that a distribution's libcurl brings along double its start-up time and memory.
 *
 * Defined here are the functions of libcurl that http*.c call, under their own names; each hands on to the library. The
 * one variable argument of setopt and getinfo is a pointer or a long: both travel alike on the 64-bit machines we build
 * for.
 */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo

#include <assert.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <time.h>

static_assert(sizeof(long) == sizeof(void *), "see above");

static struct {
        void *library;
        CURLcode (*global_init)(long flags);
        CURLcode (*global_init_mem)(long flags, curl_malloc_callback allocate, curl_free_callback release,
                                    curl_realloc_callback resize, curl_strdup_callback duplicate,
                                    curl_calloc_callback allocate_zeroed);
        void (*global_cleanup)(void);
        CURL *(*easy_init)(void);
        void (*easy_cleanup)(CURL *curl);
        CURLcode (*easy_perform)(CURL *curl);
        CURLcode (*easy_setopt)(CURL *curl, CURLoption option, ...);
        CURLcode (*easy_getinfo)(CURL *curl, CURLINFO info, ...);
        const char *(*easy_strerror)(CURLcode code);
        CURLM *(*multi_init)(void);
        CURLMcode (*multi_cleanup)(CURLM *multi);
        CURLMcode (*multi_add_handle)(CURLM *multi, CURL *curl);
        CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *curl);
        CURLMcode (*multi_perform)(CURLM *multi, int *running);
        CURLMcode (*multi_wait)(CURLM *multi, struct curl_waitfd *more, unsigned n, int ms, int *ready);
        CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
        char *(*version)(void);
        time_t (*getdate)(const char *text, const time_t *unused);
} the_curl;

static bool find(void *pointer, const char *name)
{
        void *symbol = dlsym(the_curl.library, name);

        *(void **)pointer = symbol;
        return symbol != NULL;
}

static bool find_multi(void)
{
        return find(&the_curl.multi_init, "curl_multi_init") && find(&the_curl.multi_cleanup, "curl_multi_cleanup") &&
               find(&the_curl.multi_add_handle, "curl_multi_add_handle") &&
               find(&the_curl.multi_remove_handle, "curl_multi_remove_handle") &&
               find(&the_curl.multi_perform, "curl_multi_perform") && find(&the_curl.multi_wait, "curl_multi_wait") &&
               find(&the_curl.multi_info_read, "curl_multi_info_read");
}

static bool load(void)
{
        if (!the_curl.library)
                the_curl.library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
        return the_curl.library && find(&the_curl.global_init, "curl_global_init") &&
               find(&the_curl.global_init_mem, "curl_global_init_mem") &&
               find(&the_curl.global_cleanup, "curl_global_cleanup") && find(&the_curl.easy_init, "curl_easy_init") &&
               find(&the_curl.easy_cleanup, "curl_easy_cleanup") && find(&the_curl.easy_perform, "curl_easy_perform") &&
               find(&the_curl.easy_setopt, "curl_easy_setopt") && find(&the_curl.easy_getinfo, "curl_easy_getinfo") &&
               find(&the_curl.easy_strerror, "curl_easy_strerror") && find(&the_curl.getdate, "curl_getdate") &&
               find(&the_curl.version, "curl_version") && find_multi();
}

CURLcode curl_global_init(long flags)
{
        return load() ? the_curl.global_init(flags) : CURLE_FAILED_INIT;
}

CURLcode curl_global_init_mem(long flags, curl_malloc_callback allocate, curl_free_callback release,
                              curl_realloc_callback resize, curl_strdup_callback duplicate,
                              curl_calloc_callback allocate_zeroed)
{
        return load() ? the_curl.global_init_mem(flags, allocate, release, resize, duplicate, allocate_zeroed)
                      : CURLE_FAILED_INIT;
}

void curl_global_cleanup(void)
{
        the_curl.global_cleanup();
}

CURL *curl_easy_init(void)
{
        return the_curl.easy_init();
}

void curl_easy_cleanup(CURL *curl)
{
        the_curl.easy_cleanup(curl);
}

CURLcode curl_easy_perform(CURL *curl)
{
        return the_curl.easy_perform(curl);
}

CURLcode curl_easy_setopt(CURL *curl, CURLoption option, ...)
{
        CURLcode code;
        va_list ap;

        va_start(ap, option);
        code = the_curl.easy_setopt(curl, option, va_arg(ap, void *));
        va_end(ap);
        return code;
}

CURLcode curl_easy_getinfo(CURL *curl, CURLINFO info, ...)
{
        CURLcode code;
        va_list ap;

        va_start(ap, info);
        code = the_curl.easy_getinfo(curl, info, va_arg(ap, void *));
        va_end(ap);
        return code;
}

CURLM *curl_multi_init(void)
{
        return the_curl.multi_init();
}

CURLMcode curl_multi_cleanup(CURLM *multi)
{
        return the_curl.multi_cleanup(multi);
}

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *curl)
{
        return the_curl.multi_add_handle(multi, curl);
}

CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *curl)
{
        return the_curl.multi_remove_handle(multi, curl);
}

CURLMcode curl_multi_perform(CURLM *multi, int *running)
{
        return the_curl.multi_perform(multi, running);
}

CURLMcode curl_multi_wait(CURLM *multi, struct curl_waitfd *more, unsigned n, int ms, int *ready)
{
        return the_curl.multi_wait(multi, more, n, ms, ready);
}

CURLMsg *curl_multi_info_read(CURLM *multi, int *left)
{
        return the_curl.multi_info_read(multi, left);
}

const char *curl_easy_strerror(CURLcode code)
{
        return the_curl.easy_strerror(code);
}

time_t curl_getdate(const char *text, const time_t *unused)
{
        return the_curl.getdate(text, unused);
}

char *curl_version(void)
{
        return the_curl.version();
}
