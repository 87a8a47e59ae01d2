#include "tests/unit/scratch.h"

#include "platform/proxy.h"
#include "platform/proxy_words.h"

#define SERVER "packages.microsoft.com"

static const char *const kinds[] = {
        [PROXY_NONE] = "none",         [PROXY_USABLE] = "usable", [PROXY_PASSWORD] = "password",
        [PROXY_UNUSABLE] = "unusable", [PROXY_DIRECT] = "direct",
};

static void a_value_is_taken_for_what_it_is(void **state)
{
        static const struct {
                const char *text, *kind, *url;
        } rows[] = {
                { "http://proxy.example.com:3128", "usable", "http://proxy.example.com:3128" },
                { " http://proxy:3128/ ", "usable", "http://proxy:3128" },
                { "HTTP://Proxy:3128", "usable", "http://Proxy:3128" },
                { "proxy:8080", "usable", "http://proxy:8080" },
                { "proxy", "usable", "http://proxy:80" },
                { "http://[fd00::1]:3128", "usable", "http://[fd00::1]:3128" },
                { "[fd00::1]", "usable", "http://[fd00::1]:80" },
                { "http://10.0.0.1:3128?", "usable", "http://10.0.0.1:3128" },
                { "", "none", "" },
                { " \t", "none", "" },
                { "DIRECT", "direct", "" },
                { "_none_", "direct", "" },
                { "http://user:secret@proxy:3128", "password", "" },
                { "user@proxy:3128", "password", "" },
                { "socks5h://user:secret@proxy:1", "password", "" },
                { "http://DOM\\user:pa@ss/word@proxy:1", "password", "" },
                { "socks5h://proxy:1080", "unusable", "socks5h" },
                { "https://proxy:443", "unusable", "https" },
                { "http://wpad.example.com/wpad.dat", "unusable", "PAC" },
                { "pac+http://x", "unusable", "" },
                { "http://proxy:0", "unusable", "" },
                { "http://proxy:65536", "unusable", "" },
                { "http://proxy:31x", "unusable", "" },
                { "http://pro xy:3128", "unusable", "" },
                { "http://pro\"xy:3128", "unusable", "" },
                { "http://:3128", "unusable", "" },
                { "http://[fd00::1:3128", "unusable", "" },
                { "http://proxy\x01:3128", "unusable", "" },
        };
        char longest[PROXY_VALUE_MAX];
        ProxyValue value;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                proxy_read_value(rows[i].text, &value);
                if (!text_equal(kinds[value.kind], rows[i].kind))
                        fail_msg("%s is %s", rows[i].text, kinds[value.kind]);
                assert_string_equal(value.kind == PROXY_UNUSABLE ? value.scheme : value.url, rows[i].url);
        }
        memset(longest, 'a', sizeof(longest));
        longest[sizeof(longest) - 1] = '\0';
        proxy_read_value(longest, &value);
        assert_int_equal(value.kind, PROXY_UNUSABLE);
        assert_string_equal(value.url, "");
}

static void exceptions_are_hosts_and_domains(void **state)
{
        static const struct {
                const char *list;
                bool is_for;
        } rows[] = {
                { "", true },
                { "localhost,127.0.0.1", true },
                { SERVER, false },
                { "PACKAGES.microsoft.COM", false },
                { "a b ,\t.microsoft.com;c", false },
                { "*.microsoft.com", false },
                { "microsoft.com", false },
                { "soft.com", true },
                { "com.", true },
                { "*", false },
                { ".", true },
                { "packages.microsoft.com:443", true },
                { "10.0.0.0/8", true },
        };
        static const char *const never[] = { "",    "localhost", "127.0.0.2",  "169.254.169.254", "168.63.129.16",
                                             "::1", "FE80::1",   "a.localhost" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                if (proxy_is_for(SERVER, rows[i].list) != rows[i].is_for)
                        fail_msg("%s", rows[i].list);
        for (i = 0; i < ELEMENTSOF(never); i++)
                assert_false(proxy_is_for(never[i], ""));
        assert_true(proxy_is_for("127.example.com", ""));
}

static void exceptions_hold_plain_words_only_and_never_overflow(void **state)
{
        char list[PROXY_EXCEPTIONS_MAX] = "", made[PROXY_EXCEPTIONS_MAX];
        size_t i;

        proxy_add_exceptions("a.example, .b.example\tA.EXAMPLE c\"d;$(x)", list);
        assert_string_equal(list, "a.example,.b.example");
        proxy_add_exceptions(".microsoft.com", list);
        proxy_exceptions_make(list, SERVER, made);
        assert_string_equal(made, "localhost,127.0.0.1,::1,169.254.169.254,168.63.129.16,a.example,.b.example");
        proxy_exceptions_make(list, NULL, made);
        assert_true(text_ends_with(made, ",.microsoft.com"));
        proxy_exceptions_make("*.corp,*", NULL, made);
        assert_true(text_ends_with(made, ",.corp,*"));
        for (i = 0; i < 2000; i++) {
                char item[32];

                snprintf(item, sizeof(item), "host%zu.example", i);
                proxy_add_exceptions(item, list);
        }
        assert_true(strlen(list) < PROXY_EXCEPTIONS_MAX && text_starts_with(list, "a.example,"));
}

static void apt_is_read_in_all_its_spellings(void **state)
{
        static const struct {
                const char *text, *proxy;
        } rows[] = {
                { "Acquire::http::Proxy \"http://p:1\";", "http://p:1" },
                { "acquire::HTTP::proxy \"http://p:1\";", "http://p:1" },
                { "Acquire::http::Proxy http://p:1;", "http://p:1" },
                { "Acquire { http { Proxy \"http://p:1\"; }; };", "http://p:1" },
                { "Acquire {\n  http::Proxy \"http://p:1\";\n  https { Proxy \"http://q:2\" }\n}", "http://q:2" },
                { "Acquire::https::Proxy \"http://q:2\"; Acquire::http::Proxy \"http://p:1\";", "http://q:2" },
                { "Acquire::http::Proxy \"http://p:1\"; Acquire::http::Proxy \"http://p:2\";", "http://p:2" },
                { "Acquire::http::Proxy \"http://p:1\"; Acquire::http::Proxy \"\";", "" },
                { "// Acquire::http::Proxy \"http://p:1\";\n# Acquire::http::Proxy \"http://p:2\";\n", "" },
                { "/* Acquire::http::Proxy \"http://p:1\"; */ Acquire::http::Proxy \"http://p:2\";", "http://p:2" },
                { "#clear Acquire::http;\nAcquire::http::Proxy \"http://p:1\";", "http://p:1" },
                { "Acquire::http::Proxy::" SERVER " \"DIRECT\"; Acquire::https::Proxy \"http://p:1\";", "DIRECT" },
                { "Acquire::http::Proxy { Packages.Microsoft.com \"http://p:1\"; };", "http://p:1" },
                { "Acquire::http::Proxy::other.example \"http://p:1\";", "" },
                { "Acquire::http::Proxy-Auto-Detect \"/usr/bin/detect\";", "auto-detect://" },
                { "Acquire::http::Proxy-Auto-Detect \"\";", "" },
                { "Acquire::ftp::Proxy \"http://p:1\"; APT::Acquire::http::Proxy \"http://p:1\";", "" },
                { "Acquire::http::Proxy \"http://p:1", "" },
                { "Acquire::http::Proxy \"http://u:s;{}@p:1\";", "http://u:s;{}@p:1" },
                { "}}};;; { Acquire::http::Proxy \"http://p:1\"; }", "http://p:1" },
                { "{{{{{{{{{{{{{{{{{{{{{{{{", "" },
                { "/* never ends", "" },
                { "\"\" \"a\" b", "" },
                { "", "" },
        };
        char deep[4096];
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                ProxyWords words = { 0 };

                proxy_read_apt(rows[i].text, strlen(rows[i].text), SERVER, &words);
                if (!text_equal(words.proxy, rows[i].proxy))
                        fail_msg("%s: %s", rows[i].text, words.proxy);
        }
        memset(deep, 'x', sizeof(deep));
        for (i = 0; i < sizeof(deep); i += 100)
                deep[i] = '{';
        proxy_read_apt(deep, sizeof(deep), SERVER, &(ProxyWords){ 0 });
        memset(deep, '\0', sizeof(deep));
        proxy_read_apt(deep, sizeof(deep), SERVER, &(ProxyWords){ 0 });
}

static void systemd_is_read_with_its_quotes_and_continued_lines(void **state)
{
        static const struct {
                const char *text, *proxy;
        } rows[] = {
                { "[Manager]\nDefaultEnvironment=https_proxy=http://p:1\n", "http://p:1" },
                { "DefaultEnvironment=\"A=b c\" \"https_proxy=http://p:1\" 'no_proxy=a b'\n", "http://p:1" },
                { "DefaultEnvironment = https_proxy=\"http://p:1\"\n", "http://p:1" },
                { "DefaultEnvironment=A=b \\\n# no\n  HTTPS_PROXY=http://p:1\n", "http://p:1" },
                { "DefaultEnvironment=https_proxy=http://p:1\nDefaultEnvironment=\n", "" },
                { "DefaultEnvironment=https_proxy=http://p:1\nDefaultEnvironment=https_proxy=http://q:1\n",
                  "http://q:1" },
                { "DefaultEnvironment=http_proxy=http://p:1\n", "" },
                { "DefaultEnvironment=ALL_PROXY=http://a:1 https_proxy=http://p:1\n", "http://p:1" },
                { "DefaultEnvironment=ALL_PROXY=http://a:1\n", "http://a:1" },
                { "#DefaultEnvironment=https_proxy=http://p:1\nManagerEnvironment=https_proxy=http://p:1\n", "" },
                { "DefaultEnvironment=https_proxy", "" },
                { "DefaultEnvironment=\"https_proxy=http://p:1", "http://p:1" },
                { "DefaultEnvironment=https_proxy=http://p:1\\", "http://p:1" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                ProxyWords words = { 0 };

                proxy_read_systemd(rows[i].text, strlen(rows[i].text), SERVER, &words);
                if (!text_equal(words.proxy, rows[i].proxy))
                        fail_msg("%s: %s", rows[i].text, words.proxy);
        }
}

static Proxy look(const Scratch *scratch, PackageManagerId manager)
{
        Proxy proxy;

        proxy_look(&scratch->host, manager, "https://" SERVER "/", &proxy);
        return proxy;
}

static void each_file_is_found_and_named(void **state)
{
        static const struct {
                PackageManagerId manager;
                const char *path, *text, *url;
                bool own;
        } rows[] = {
                { MANAGER_APT, "/etc/apt/apt.conf.d/80proxy", "Acquire::http::Proxy \"http://p:1\";", "http://p:1",
                  true },
                { MANAGER_APT, "/etc/apt/apt.conf", "Acquire::http::Proxy \"http://p:1\";", "http://p:1", true },
                { MANAGER_DNF, "/etc/apt/apt.conf", "Acquire::http::Proxy \"http://p:1\";", "", false },
                { MANAGER_APT, "/etc/apt/apt.conf.d/80proxy.bak", "Acquire::http::Proxy \"http://p:1\";", "", false },
                { MANAGER_DNF, "/etc/dnf/dnf.conf", "[main]\nproxy = http://p:1\n", "http://p:1", true },
                { MANAGER_DNF5, "/etc/dnf/dnf.conf", "[main]\nproxy=p:1\n", "http://p:1", true },
                { MANAGER_DNF, "/etc/dnf/dnf.conf", "[other]\nproxy=http://p:1\n", "", false },
                { MANAGER_YUM, "/etc/yum.conf", "[main]\r\nproxy=http://p:1\r\n", "http://p:1", true },
                { MANAGER_TDNF, "/etc/tdnf/tdnf.conf", "[main]\nproxy=http://p:1\n", "http://p:1", true },
                { MANAGER_ZYPPER, "/etc/sysconfig/proxy", "PROXY_ENABLED=\"yes\"\nHTTPS_PROXY=\"http://p:1\"\n",
                  "http://p:1", false },
                { MANAGER_ZYPPER, "/etc/sysconfig/proxy", "PROXY_ENABLED=\"no\"\nHTTPS_PROXY=\"http://p:1\"\n", "",
                  false },
                { MANAGER_ZYPPER, "/etc/sysconfig/proxy", "PROXY_ENABLED=\"yes\"\nHTTPS_PROXY=\"\"\n", "", false },
                { MANAGER_APT, "/etc/sysconfig/proxy", "HTTPS_PROXY='http://p:1'\n", "http://p:1", false },
                { MANAGER_APT, "/lib/systemd/system.conf.d/azcmagent.conf",
                  "[Manager]\nDefaultEnvironment=\"https_proxy=http://p:1\"\n", "http://p:1", false },
                { MANAGER_APT, "/var/opt/azcmagent/localconfig.json",
                  "{\"proxy.url\": \"http://p:1\", \"proxy.bypass\": [\"Arc\"]}", "http://p:1", false },
                { MANAGER_APT, "/var/opt/azcmagent/localconfig.json", "{\"proxy.url\": \"\"}", "", false },
                { MANAGER_APT, "/var/opt/azcmagent/localconfig.json", "[]", "", false },
                { MANAGER_APT, "/etc/waagent.conf", "HttpProxy.Host=p\nHttpProxy.Port=1\n", "http://p:1", false },
                { MANAGER_APT, "/etc/waagent.conf", "HttpProxy.Port=1\nHttpProxy.Host=p\n", "http://p:1", false },
                { MANAGER_APT, "/etc/waagent.conf", "HttpProxy.Host=None\nHttpProxy.Port=None\n", "", false },
                { MANAGER_APT, "/etc/waagent.conf", "#HttpProxy.Host=p\n", "", false },
                { MANAGER_APT, "/etc/waagent.conf", "HttpProxy.Host = \"p\" # ours\nHttpProxy.Port=1 # 2\n",
                  "http://p:1", false },
                { MANAGER_APT, "/etc/waagent.conf", "HttpProxy.Host=p\nHttpProxy.Port=1\nHttpProxy.Host=None\n", "",
                  false },
                { MANAGER_APT, "/etc/environment", "export HTTPS_PROXY=\"http://p:1\"\n", "http://p:1", false },
                { MANAGER_APT, "/etc/environment", "https_proxy=''\n", "", false },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                Scratch *scratch;
                Proxy proxy;

                scratch_open((void **)&scratch);
                scratch_write(scratch, rows[i].path, rows[i].text);
                proxy = look(scratch, rows[i].manager);
                if (!text_equal(proxy.url, rows[i].url) || proxy.own != rows[i].own ||
                    !text_equal(proxy.source, *rows[i].url ? rows[i].path : ""))
                        fail_msg("%s %s: %s %s", rows[i].path, rows[i].text, proxy.url, proxy.source);
                assert_string_equal(proxy.server, SERVER);
                scratch_close((void **)&scratch);
        }
}

static void what_zypper_may_put_above_what_it_is_given_is_found(void **state)
{
        static const struct {
                PackageManagerId manager;
                const char *text, *url, *source;
        } rows[] = {
                { MANAGER_ZYPPER, "HTTPS_PROXY=\"http://p:1\"\n", "http://p:1", "/etc/sysconfig/proxy" },
                { MANAGER_ZYPPER, "HTTPS_PROXY=\"http://name:word@p:1\"\n", "", "/etc/sysconfig/proxy" },
                { MANAGER_ZYPPER, "PROXY_ENABLED=\"no\"\nHTTPS_PROXY=\"http://p:1\"\n", "", "" },
                { MANAGER_DNF, "HTTPS_PROXY=\"http://p:1\"\n", "", "" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                Scratch *scratch;
                Proxy proxy;

                scratch_open((void **)&scratch);
                scratch_write(scratch, "/etc/sysconfig/proxy", rows[i].text);
                proxy = look(scratch, rows[i].manager);
                assert_string_equal(proxy.firm_url, rows[i].url);
                assert_string_equal(proxy.firm_source, rows[i].source);
                scratch_close((void **)&scratch);
        }
}

static void the_managers_own_goes_first_and_what_is_of_no_use_is_passed_over(void **state)
{
        Scratch *scratch = *state;
        Proxy proxy;

        scratch_write(scratch, "/etc/environment", "https_proxy=http://env:1\nno_proxy=.corp\n");
        scratch_write(scratch, "/etc/waagent.conf", "HttpProxy.Host=agent\nHttpProxy.Port=2\n");
        proxy = look(scratch, MANAGER_APT);
        assert_string_equal(proxy.url, "http://agent:2");
        assert_string_equal(proxy.exceptions, ".corp");
        assert_false(proxy.own);

        scratch_write(scratch, "/lib/systemd/system.conf.d/azcmagent.conf",
                      "[Manager]\nDefaultEnvironment=https_proxy=http://user:secret@arc:3\n");
        proxy = look(scratch, MANAGER_APT);
        assert_string_equal(proxy.url, "http://agent:2");
        assert_int_equal(proxy.passed, PROXY_PASSWORD);
        assert_string_equal(proxy.passed_source, "/lib/systemd/system.conf.d/azcmagent.conf");

        scratch_write(scratch, "/etc/apt/apt.conf.d/80proxy", "Acquire::http::Proxy \"socks5h://own:4\";");
        proxy = look(scratch, MANAGER_APT);
        assert_true(proxy.own);
        assert_string_equal(proxy.own_source, "/etc/apt/apt.conf.d/80proxy");
        assert_string_equal(proxy.machine_url, "http://agent:2");
        assert_string_equal(proxy.url, "http://agent:2");
        assert_int_equal(proxy.passed, PROXY_UNUSABLE);
        assert_string_equal(proxy.passed_scheme, "socks5h");

        scratch_write(scratch, "/etc/apt/apt.conf.d/90proxy", "Acquire::http::Proxy::" SERVER " \"DIRECT\";");
        proxy = look(scratch, MANAGER_APT);
        assert_true(proxy.own);
        assert_string_equal(proxy.url, "");
        assert_int_equal(proxy.passed, PROXY_NONE);
        assert_string_equal(proxy.machine_url, "http://agent:2");
        assert_string_equal(proxy.machine_source, "/etc/waagent.conf");
}

static void later_files_of_a_folder_go_over_earlier_ones(void **state)
{
        Scratch *scratch = *state;
        Proxy proxy;

        scratch_write(scratch, "/lib/systemd/system.conf.d/azcmagent.conf",
                      "DefaultEnvironment=https_proxy=http://arc:1\n");
        scratch_write(scratch, "/etc/systemd/system.conf.d/10-a.conf", "DefaultEnvironment=https_proxy=http://a:1\n");
        scratch_write(scratch, "/etc/systemd/system.conf.d/20-b.conf", "DefaultEnvironment=X=y\n");
        proxy = look(scratch, MANAGER_APT);
        assert_string_equal(proxy.url, "http://a:1");
        assert_string_equal(proxy.source, "/etc/systemd/system.conf.d/10-a.conf");

        scratch_write(scratch, "/etc/apt/apt.conf", "Acquire::http::Proxy \"http://apt-cacher:3142\";");
        proxy = look(scratch, MANAGER_APT);
        assert_string_equal(proxy.url, "http://apt-cacher:3142");
        assert_string_equal(proxy.machine_url, "http://a:1");
}

static void names_and_passwords_beside_it_count(void **state)
{
        Scratch *scratch = *state;
        Proxy proxy;

        scratch_write(scratch, "/etc/dnf/dnf.conf",
                      "[main]\nproxy=http://p:1\nproxy_username=me\nproxy_password=secret\n");
        proxy = look(scratch, MANAGER_DNF);
        assert_string_equal(proxy.url, "");
        assert_true(proxy.own);
        assert_int_equal(proxy.passed, PROXY_PASSWORD);
}

static void what_cannot_be_read_names_none(void **state)
{
        Scratch *scratch = *state;
        _cleanup_free_ char *big = text_allocate(70000);
        Proxy proxy;

        memset(big, '\n', 69999);
        memcpy(big, "https_proxy=http://p:1", 22);
        scratch_write(scratch, "/etc/environment", big);
        scratch_folder(scratch, "/etc/waagent.conf/x");
        proxy = look(scratch, MANAGER_APT);
        assert_string_equal(proxy.url, "");
        assert_int_equal(proxy.passed, PROXY_NONE);
}

static void the_server_of_a_url(void **state)
{
        static const char *const rows[][2] = {
                { "https://packages.microsoft.com", SERVER },
                { "https://u:p@host:443/x?y", "host" },
                { "https://[fd00::1]:8/x", "fd00::1" },
                { "host", "host" },
                { "https://", "" },
                { "https://[", "" },
        };
        char server[PROXY_SERVER_MAX];
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                proxy_server_of(rows[i][0], server);
                assert_string_equal(server, rows[i][1]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_value_is_taken_for_what_it_is),
                cmocka_unit_test(exceptions_are_hosts_and_domains),
                cmocka_unit_test(exceptions_hold_plain_words_only_and_never_overflow),
                cmocka_unit_test(apt_is_read_in_all_its_spellings),
                cmocka_unit_test(systemd_is_read_with_its_quotes_and_continued_lines),
                cmocka_unit_test(each_file_is_found_and_named),
                cmocka_unit_test(what_zypper_may_put_above_what_it_is_given_is_found),
                cmocka_unit_test_setup_teardown(the_managers_own_goes_first_and_what_is_of_no_use_is_passed_over,
                                                scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(later_files_of_a_folder_go_over_earlier_ones, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(names_and_passwords_beside_it_count, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_cannot_be_read_names_none, scratch_open, scratch_close),
                cmocka_unit_test(the_server_of_a_url),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
