#include "tests/unit/scratch.h"

#include "platform/packages/rpm_source.h"
#include "platform/packages/source_text.h"

#define PREFIX "https://packages.example.test"
#define URI PREFIX "/rhel/9.0/prod"
#define SECTION(id, uri, more)                                                                                         \
        "[" id "]\nname=" id "\nbaseurl=" uri "/\nenabled=1\ngpgcheck=1\ngpgkey=" PREFIX "/keys/vendor.asc\n" more
#define GOOD SECTION("vendor-prod", URI, "sslverify=1\n")

static int parse(const char *text, PackageSource *source, Error *err)
{
        *err = (Error){ 0 };
        return rpm_source_parse(text, strlen(text), PREFIX, source, err);
}

static void a_plain_section_is_taken(void **state)
{
        PackageSource source;
        Error err;

        if (parse("# a comment\n\n" GOOD "repo_gpgcheck=1\n\n", &source, &err) < 0)
                fail_msg("%s", err.text);
        assert_string_equal(source.id, "vendor-prod");
        assert_string_equal(source.name, "vendor-prod");
        assert_string_equal(source.uri, URI);
        assert_string_equal(source.file, "");
        assert_string_equal(source.signed_by, "");
        assert_true(source.enabled);
        assert_true(source.signed_index);
}

static void harmless_variations_are_taken(void **state)
{
        static const char *const lists[] = {
                "[a]\nbaseurl = " URI "\ngpgcheck = 1",
                "[a]\r\nname=A\r\nbaseurl=" URI "/\r\ngpgcheck=1\r\n",
                "  \n;x\n[a] # the vendor\nname=A\ngpgcheck=True\nbaseurl=" URI "/\ntype=rpm-md\nautorefresh=1\n",
                "[a]\nbaseurl=\n " URI "\ngpgcheck=yes\nrepo_gpgcheck=0\nmetadata_expire=1h\n",
                "[a]\nbaseurl=" URI "\ngpgcheck=1\ngpgkey=" PREFIX "/a.asc\n  " PREFIX "/b.asc\n",
                "[a]\nbaseurl=" URI "\ngpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/x, " PREFIX "/b.asc\n",
        };
        PackageSource source;
        size_t i;
        Error err;

        for (i = 0; i < ELEMENTSOF(lists); i++) {
                if (parse(lists[i], &source, &err) < 0)
                        fail_msg("%s: %s", lists[i], err.text);
                assert_string_equal(source.id, "a");
                assert_string_equal(source.uri, URI);
                assert_false(source.signed_index);
        }
}

static void a_name_that_is_no_plain_line_gives_way_to_the_id(void **state)
{
        static const char *const names[] = { "", "caf\xc3\xa9", "a\n b", "$releasever" };
        PackageSource source;
        size_t i;
        Error err;

        for (i = 0; i < ELEMENTSOF(names); i++) {
                _cleanup_free_ char *text = text_format("[a]\nname=%s\nbaseurl=" URI "\ngpgcheck=1\n", names[i]);

                if (parse(text, &source, &err) < 0)
                        fail_msg("%s: %s", text, err.text);
                assert_string_equal(source.name, "a");
        }
}

#define WITH(line) GOOD line "\n"
#define AT(uri) "[a]\nbaseurl=" uri "\ngpgcheck=1\n"

static const struct {
        const char *list;
        const char *words; /* of the message */
} refused[] = {
        /* what is no list */
        { "", "is empty" },
        { "# nothing\n\n", "is empty" },
        { "<!DOCTYPE html><html>\n", "an HTML page" },
        { "\n  <html><body>[a]</body></html>", "an HTML page" },
        { "Access denied by policy\n", "the line \"Access denied" },
        { "{\"error\":1}\n", "the line" },
        { "deb " URI " stable main\n", "the line" },
        { "\xef\xbb\xbf" GOOD, "the line" },
        { "\x1f\x8b\x08 gzip", "byte 0x1f" },
        { GOOD "gpgche", "the line \"gpgche\"" },
        { "[a", "the line \"[a\"" },
        /* more than one */
        { GOOD GOOD, "a second section" },
        { GOOD "[other]\nname=x\n", "a second section \"other\"" },
        { GOOD "[main]\ngpgcheck=0\n", "a second section \"main\"" },
        { WITH("baseurl=" URI), "a second \"baseurl=" },
        { WITH("gpgcheck=0"), "a second \"gpgcheck=0" },
        { AT(URI " https://evil.test/x"), "the address" },
        { AT(URI "\n https://evil.test/x"), "the address" },
        { AT(URI ",https://evil.test/x"), "the address" },
        /* options */
        { "[a]\nbaseurl=" URI "\n", "no gpgcheck=1" },
        { "[a]\nbaseurl=" URI "\ngpgcheck=0\n", "the option \"gpgcheck=0\"" },
        { "[a]\nbaseurl=" URI "\ngpgcheck=\n", "the option \"gpgcheck=\"" },
        { "[a]\nbaseurl=" URI "\ngpgcheck=1\n 0\n", "the option" },
        { "[a]\nbaseurl=" URI "\ngpgcheck=1|true\n", "the option" },
        { "[a]\nbaseurl=" URI "\nGpgcheck=1\n", "the option" },
        { "[a]\nbaseurl=" URI "\ngpgcheck=1\nsslverify=0\n", "the option \"sslverify=0\"" },
        { "[a]\nbaseurl=" URI "\ngpgcheck=1\nenabled=0\n", "the option \"enabled=0\"" },
        { WITH("pkg_gpgcheck=0"), "pkg_gpgcheck=0" },
        { WITH("repo_gpgcheck=maybe"), "repo_gpgcheck=maybe" },
        { WITH("proxy=http://evil.test:3128"), "the option \"proxy=" },
        { WITH("username=a"), "username" },
        { WITH("password=a"), "password" },
        { WITH("sslclientkey=/etc/x"), "sslclientkey" },
        { WITH("sslcacert=/tmp/x"), "sslcacert" },
        { WITH("mirrorlist=https://evil.test/"), "mirrorlist" },
        { WITH("metalink=https://evil.test/"), "metalink" },
        { WITH("priority=1"), "priority=1" },
        { WITH("includepkgs=*"), "includepkgs" },
        { WITH("cost=1"), "cost" },
        { WITH("=1"), "the line" },
        { WITH("type=plaindir"), "type=plaindir" },
        { "[a]\nbaseurl=" URI "\ngpgcheck=1\ngpgkey=https://evil.test/key\n", "a foreign address" },
        { "[a]\nbaseurl=" URI "\ngpgcheck=1\ngpgkey=" PREFIX "/a https://evil.test/key\n", "a foreign address" },
        { "[a]\nbaseurl=" URI "\ngpgcheck=1\ngpgkey=file:///tmp/key\n", "a foreign address" },
        /* the id */
        { "[]\nbaseurl=" URI "\ngpgcheck=1\n", "the line" },
        { "[main]\nbaseurl=" URI "\ngpgcheck=1\n", "the section \"main\"" },
        { "[ a ]\nbaseurl=" URI "\ngpgcheck=1\n", "the section" },
        { "[a b]\nbaseurl=" URI "\ngpgcheck=1\n", "the section" },
        { "[../a]\nbaseurl=" URI "\ngpgcheck=1\n", "the section" },
        { "[*]\nbaseurl=" URI "\ngpgcheck=1\n", "the section" },
        { "[--x]\nbaseurl=" URI "\ngpgcheck=1\n", "the section" },
        { "[a] b\nbaseurl=" URI "\ngpgcheck=1\n", "the line" },
        /* addresses */
        { "[a]\ngpgcheck=1\n", "no baseurl" },
        { AT(""), "a foreign address" },
        { AT("http://packages.example.test/rhel/9.0/prod"), "a foreign address" },
        { AT("https://packages.example.test.evil.test/rhel"), "the address" },
        { AT("https://packages.example.test@evil.test/rhel"), "the address" },
        { AT("https://packages.example.test:8443/rhel"), "the address" },
        { AT("https://evil.test/" PREFIX "/rhel"), "a foreign address" },
        { AT("file:///etc"), "a foreign address" },
        { AT("media:///"), "a foreign address" },
        { AT(PREFIX), "the address" },
        { AT(PREFIX "/"), "the address" },
        { AT(PREFIX "/a/../../b"), "the address" },
        { AT(PREFIX "//rhel"), "the address" },
        { AT(URI "?ssl_verify=no"), "the address" },
        { AT(URI "#x"), "the address" },
        { AT(PREFIX "/rhel/$releasever/prod"), "the address" },
        { AT(PREFIX "/rhel%2f9"), "the address" },
};

static void anything_else_is_refused_and_named(void **state)
{
        PackageSource source = { .id = "untouched" };
        size_t i;
        Error err;

        for (i = 0; i < ELEMENTSOF(refused); i++) {
                if (parse(refused[i].list, &source, &err) == 0)
                        fail_msg("taken: %s", refused[i].list);
                assert_int_equal(err.kind, ERROR_INPUT);
                if (!strstr(err.text, refused[i].words))
                        fail_msg("\"%s\" does not say \"%s\" of %s", err.text, refused[i].words, refused[i].list);
                assert_null(strpbrk(err.text, "\n\r\t"));
        }
        assert_string_equal(source.id, "untouched");
}

static void what_a_list_holds_as_a_password_is_never_said(void **state)
{
        static const char *const lists[] = {
                WITH("password=s3cr3t"),          WITH("Password = a s3cr3t"), WITH("password=x s3cr3t"),
                WITH("proxy_password: s3cr3t"),   WITH("password s3cr3t"),     WITH("password=s3cr3t\npassword=s3cr3t"),
                WITH("cost=1\n password=s3cr3t"), "password=s3cr3t\n",         WITH("password=\n s3cr3t"),
                "[a password=s3cr3t\n",
        };
        PackageSource source, place = { .uri = URI };
        SourceMend mended;
        Error err;
        size_t i;

        for (i = 0; i < ELEMENTSOF(lists); i++) {
                assert_int_equal(parse(lists[i], &source, &err), -1);
                if (strstr(err.text, "s3cr3t"))
                        fail_msg("%s", err.text);
                rpm_source_mend(lists[i], strlen(lists[i]), &place, false, &mended);
                if (strstr(mended.what, "s3cr3t"))
                        fail_msg("%s", mended.what);
                source_mend_clear(&mended);
        }
}

static void a_login_is_not_said_though_it_names_a_secret(void **state)
{
        static const char *const addresses[] = {
                "baseurl=https://svc:Hunter2x9-token-77@mirror.corp/rhel",
                "baseurl=https://svc:Hunter2x9@mirror.corp/rhel?token=Hunter2x9",
                "baseurl=https://Hunter2x9-secret:Hunter2x9@mirror.corp/Hunter2x9/password",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(addresses); i++) {
                _cleanup_free_ char *shown = source_text_shown(addresses[i], 200);

                if (strstr(shown, i < 2 ? "Hunter2x9" : "Hunter2x9-") || !strstr(shown, "https://"))
                        fail_msg("%s", shown);
        }
}

static void behind_the_name_of_a_secret_nothing_is_said(void **state)
{
        static const char *const lines[] = {
                "password = Hunter2x9",      "proxy_passwd: Hunter2x9", "passphrase Hunter2x9",
                "Client_Secret = Hunter2x9", "token\tHunter2x9",
        };
        static const char *const honest[] = { "signed-by: Hunter2x9", "signature Hunter2x9" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(lines) + ELEMENTSOF(honest); i++) {
                bool is_honest = i >= ELEMENTSOF(lines);
                _cleanup_free_ char *shown =
                        source_text_shown(is_honest ? honest[i - ELEMENTSOF(lines)] : lines[i], 200);

                if (is_honest != (strstr(shown, "Hunter2x9") != NULL))
                        fail_msg("%s", shown);
        }
}

static void what_is_no_text_or_too_long_is_refused(void **state)
{
        static const char nul[] = "[a]\nbaseurl=" URI "\ngpgcheck=1\nname=a\0gpgcheck=0\n";
        _cleanup_(text_clear) Text text = { 0 };
        PackageSource source;
        Error err = { 0 };

        assert_int_equal(rpm_source_parse(nul, sizeof(nul) - 1, PREFIX, &source, &err), -1);
        assert_non_null(strstr(err.text, "byte 0x00"));
        while (text.length <= 65536)
                text_append(&text, "# long\n");
        text_append(&text, "%s", GOOD);
        assert_int_equal(parse(text.data, &source, &err), -1);
        assert_non_null(strstr(err.text, "more than 65536"));
}

static const PackageSource wanted = {
        .id = "vendor-prod", .name = "Vendor", .uri = URI, .signed_by = "/etc/pki/rpm-gpg/vendor", .enabled = true
};

static void our_section_verifies_everything(void **state)
{
        _cleanup_free_ char *text = source_format_dnf.format(&wanted, "x86_64", NULL, 0);

        assert_string_equal(text, "# Written by mde-linux for Microsoft Defender for Endpoint.\n"
                                  "[vendor-prod]\nname=Vendor\nbaseurl=" URI "/\nenabled=1\ngpgcheck=1\n"
                                  "sslverify=1\ngpgkey=file:///etc/pki/rpm-gpg/vendor\n");
}

static void a_signed_index_stays_required(void **state)
{
        const SourceFormat *const formats[] = { &source_format_dnf, &source_format_dnf5, &source_format_zypper };
        PackageSource source = wanted;
        size_t i;

        source.signed_index = true;
        for (i = 0; i < ELEMENTSOF(formats); i++) {
                _cleanup_free_ char *text = formats[i]->format(&source, "x86_64", NULL, 0);

                assert_non_null(strstr(text, "\nrepo_gpgcheck=1\n"));
                assert_non_null(strstr(text, "\ngpgcheck=1\n"));
        }
}

static void zypper_keeps_it_fresh_and_keeps_no_packages(void **state)
{
        _cleanup_free_ char *text = source_format_zypper.format(&wanted, "x86_64", NULL, 0);

        assert_non_null(strstr(text, "\nautorefresh=1\n"));
        assert_non_null(strstr(text, "\nkeeppackages=0\n"));
        assert_non_null(strstr(text, "\ntype=rpm-md\n"));
}

static void what_else_stands_in_the_file_is_kept(void **state)
{
        static const char old[] =
                "# mine\n[code]\nname=Code\nbaseurl=" PREFIX "/yumrepos/code\n" GOOD "[last]\nbaseurl=https://l.test/";
        _cleanup_free_ char *text = source_format_dnf.format(&wanted, "x86_64", old, strlen(old));

        assert_ptr_equal(strstr(text, "# mine\n[code]\nname=Code\nbaseurl=" PREFIX "/yumrepos/code\n[last]\n"), text);
        assert_non_null(strstr(text, "https://l.test/\n# Written by"));
        assert_null(strstr(strstr(text, "[vendor-prod]") + 1, "[vendor-prod]"));
}

static void mend(const char *text, bool also_wanted, const char *remains, size_t dropped, const char *words)
{
        _cleanup_(source_mend_clear) SourceMend mended = { 0 };

        rpm_source_mend(text, strlen(text), &wanted, also_wanted, &mended);
        assert_string_equal(mended.text, remains);
        assert_int_equal(mended.dropped, dropped);
        if (words && !strstr(mended.what, words))
                fail_msg("\"%s\" does not say \"%s\"", mended.what, words);
}

#define OTHER "[code]\nbaseurl=" PREFIX "/yumrepos/code\n"

static void what_is_of_no_use_is_taken_out(void **state)
{
        mend("<!DOCTYPE html>\n<html>\n", false, "", 1, "an HTML page \"<!DOCTYPE html>\"");
        mend("<html>\n" OTHER, false, OTHER, 1, "an HTML page");
        mend(OTHER "[vendor-prod]\nname=x\nbaseu", false, OTHER, 1, "the line \"baseu\"");
        mend("# note\n[x\n", false, "", 1, "the line \"[x\"");
        mend("[a] b\n" OTHER, false, OTHER, 1, "the line \"[a] b\"");
        mend("[a]\n\x01\n" OTHER, false, OTHER, 1, "\\x01");
}

static void what_is_of_use_stays(void **state)
{
        static const char *const texts[] = {
                "",
                "# only a comment\n",
                GOOD,
                OTHER,
                OTHER GOOD,
                SECTION("site", "https://mirror.corp/rhel/8/prod", ""),
                SECTION("net", PREFIX "/rhel/9/prod", ""), /* other products are updated from there */
                SECTION("off", PREFIX "/centos/9/prod", "enabled=0\n"),
                SECTION("any", PREFIX "/rhel/$releasever/prod", ""),
                SECTION("fast", PREFIX "/rhel/8/insiders-fast", ""),
                "[m]\nmirrorlist=https://m.test/\n",
                "[vendor-prod]\nbaseurl=" URI "\nenabled=0\n",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(texts); i++)
                mend(texts[i], false, texts[i], 0, NULL);
        mend(OTHER GOOD, true, OTHER, 1, "[vendor-prod]");
        mend("[vendor-prod]\nbaseurl=" URI "\nenabled=0\n", true, "[vendor-prod]\nbaseurl=" URI "\nenabled=0\n", 0,
             NULL);
}

static bool find(const Scratch *scratch, const SourceFormat *format, const PackageSource *like, PackageSource *source)
{
        bool found = false;
        Error err = { 0 };

        *source = (PackageSource){ 0 };
        if (format->find(format, &scratch->host, like, NULL, &found, source, &err) < 0)
                fail_msg("%s", err.text);
        return found;
}

static void an_existing_source_is_found_in_any_spelling(void **state)
{
        static const struct {
                const char *file, *text;
        } files[] = {
                { "/etc/yum.repos.d/microsoft-prod.repo", GOOD },
                { "/etc/yum.repos.d/prod.repo", "[x]\nbaseurl=" URI "\n" },
                { "/etc/yum.repos.d/a.repo",
                  "[x]\nbaseurl=HTTPS://Packages.Example.TEST/rhel/9.0/prod//\nenabled=Yes\n" },
                { "/etc/yum.repos.d/a.repo", "[x]\nbaseurl=https://other.test/\n  " URI "/\n" },
                { "/etc/yum.repos.d/a.repo", "[x]\nbaseurl=https://other.test/, " URI "/\n" },
                { "/etc/yum.repos.d/a.repo",
                  "[m]\nmirrorlist=https://m.test/\n[x]\nenabled=0\nenabled=1\nbaseurl=" URI },
                { "/etc/yum.repos.d/a.repo", "[x]\r\nbaseurl=" URI "/\r\n" },
                { "/etc/yum.repos.d/a.repo", "[x]\nbaseurl=" PREFIX "/rhel/$releasever/prod\n" },
                { "/etc/yum.repos.d/a.repo", "[x]\nbaseurl=" PREFIX "/rhel/${releasever}/$ring/\n" },
                { "/etc/distro.repos.d/a.repo", "[x]\nbaseurl=" URI },
                { "/etc/dnf/dnf.conf", "[main]\ngpgcheck=1\n[x]\nbaseurl=" URI },
        };
        Scratch *scratch = *state;
        PackageSource source;
        size_t i;

        scratch_write(scratch, "/etc/os-release", "ID=rhel\nVERSION_ID=\"9.0\"\n");
        scratch_write(scratch, "/etc/dnf/vars/ring", "prod\n");
        for (i = 0; i < ELEMENTSOF(files); i++) {
                _cleanup_free_ char *path = text_format("%s%s", scratch->root, files[i].file);

                scratch_write(scratch, files[i].file, files[i].text);
                if (!find(scratch, &source_format_dnf, &wanted, &source))
                        fail_msg("not found: %s", files[i].text);
                assert_string_equal(source.file, files[i].file);
                assert_true(source.enabled);
                assert_false(source.unverified);
                assert_int_equal(unlink(path), 0);
        }
        assert_false(find(scratch, &source_format_dnf, &wanted, &source));
        assert_string_equal(source.file, "");
}

static void what_is_another_place_is_not_found(void **state)
{
        static const char *const texts[] = {
                "[x]\nbaseurl=http://packages.example.test/rhel/9.0/prod\n",
                "[x]\nbaseurl=" PREFIX "/RHEL/9.0/prod\n",
                "[x]\nbaseurl=" URI "/x\n",
                "[x]\nbaseurl=" PREFIX "/rhel/9.0\n",
                "[x]\nbaseurl=" PREFIX "/rhel/$unknown/prod\n",
                "[x]\nmirrorlist=" URI "\n",
                "[x]\nBASEURL=" URI "\n",
                "[main]\nbaseurl=" URI "\n",
                "baseurl=" URI "\n",
                "[x]\nbaseurl=" URI "\ntorn",
                "#[x]\n#baseurl=" URI "\n",
                "",
        };
        Scratch *scratch = *state;
        PackageSource source;
        size_t i;

        for (i = 0; i < ELEMENTSOF(texts); i++) {
                scratch_write(scratch, "/etc/yum.repos.d/a.repo", texts[i]);
                if (find(scratch, &source_format_dnf, &wanted, &source))
                        fail_msg("found: %s", texts[i]);
        }
        scratch_write(scratch, "/etc/yum.repos.d/a.repo.rpmnew", GOOD);
        assert_false(find(scratch, &source_format_dnf, &wanted, &source));
        assert_false(find(scratch, &source_format_zypper, &wanted, &source));
}

static void a_disabled_source_is_told_and_not_found(void **state)
{
        static const char *const words[] = { "0", "no", "False", "OFF" };
        Scratch *scratch = *state;
        PackageSource source;
        size_t i;

        for (i = 0; i < ELEMENTSOF(words); i++) {
                _cleanup_free_ char *text = text_format("[x]\nbaseurl=" URI "\nenabled=%s\n", words[i]);

                scratch_write(scratch, "/etc/zypp/repos.d/a.repo", text);
                assert_false(find(scratch, &source_format_zypper, &wanted, &source));
                assert_string_equal(source.file, "/etc/zypp/repos.d/a.repo");
                assert_false(source.enabled);
        }
}

static void the_first_file_decides_for_an_id(void **state)
{
        Scratch *scratch = *state;
        PackageSource source;

        scratch_write(scratch, "/etc/yum.repos.d/a.repo", "[vendor-prod]\nbaseurl=https://elsewhere.test/\n");
        scratch_write(scratch, "/etc/yum.repos.d/b.repo", GOOD);
        assert_false(find(scratch, &source_format_dnf, &wanted, &source));
}

static void a_source_is_found_by_its_id(void **state)
{
        const PackageSource like = { .id = "site" };
        Scratch *scratch = *state;
        PackageSource source;

        scratch_write(scratch, "/etc/os-release", "ID=rhel\nVERSION_ID=\"9.4\"\n");
        scratch_write(scratch, "/etc/yum.repos.d/a.repo",
                      OTHER
                      "[site]\nbaseurl=https://mirror.corp/$releasever/\ngpgkey=file:///etc/pki/k\nrepo_gpgcheck=1\n");
        assert_true(find(scratch, &source_format_dnf, &like, &source));
        assert_string_equal(source.uri, "https://mirror.corp/9.4");
        assert_string_equal(source.signed_by, "/etc/pki/k");
        assert_true(source.signed_index);
}

static void keys_that_are_not_one_file_of_this_machine_are_nobodys(void **state)
{
        static const char *const keys[] = { "https://a.test/k", "file:///a file:///b", "file://host/a", "/a", "" };
        Scratch *scratch = *state;
        PackageSource source;
        size_t i;

        for (i = 0; i < ELEMENTSOF(keys); i++) {
                _cleanup_free_ char *text = text_format("[x]\nbaseurl=" URI "\ngpgkey=%s\n", keys[i]);

                scratch_write(scratch, "/etc/yum.repos.d/a.repo", text);
                assert_true(find(scratch, &source_format_dnf, &wanted, &source));
                assert_string_equal(source.signed_by, "");
        }
}

static void what_does_without_signatures_is_unverified(void **state)
{
        static const char *const texts[] = {
                "[x]\nbaseurl=" URI "\ngpgcheck=0\n",      "[x]\nbaseurl=" URI "\ngpgcheck=1\npkg_gpgcheck=off\n",
                "[x]\nbaseurl=" URI "\nsslverify=False\n", "[x]\nbaseurl=" URI "?ssl_verify=no\n",
                "[x]\nbaseurl=" URI "?ssl_verify=host\n",  "[x]\nbaseurl=" URI "?proxy=p&ssl_verify=off&x=1\n",
        };
        Scratch *scratch = *state;
        PackageSource source;
        size_t i;

        for (i = 0; i < ELEMENTSOF(texts); i++) {
                scratch_write(scratch, "/etc/yum.repos.d/a.repo", texts[i]);
                assert_true(rpm_source_find_in(&scratch->host, "/etc/yum.repos.d/a.repo", &wanted, &source));
                if (!source.unverified)
                        fail_msg("verified: %s", texts[i]);
        }
}

static const char *claimed(const Scratch *scratch, const char *file, PackageSource *source)
{
        Error err = { 0 };

        *source = wanted;
        if (source_format_dnf.claim(&source_format_dnf, &scratch->host, file, source, &err) < 0)
                fail_msg("%s", err.text);
        return source->id;
}

static void an_id_that_others_have_is_not_taken_from_them(void **state)
{
        static const char ours[] = "/etc/yum.repos.d/microsoft-prod.repo";
        Scratch *scratch = *state;
        PackageSource source;

        assert_string_equal(claimed(scratch, ours, &source), "vendor-prod");
        scratch_write(scratch, ours, GOOD);
        assert_string_equal(claimed(scratch, ours, &source), "vendor-prod");
        scratch_write(scratch, ours, "[vendor-prod]\nenabled=0\nbaseurl=" URI "\n");
        assert_string_equal(claimed(scratch, ours, &source), "vendor-prod-mde-linux");
        scratch_write(scratch, ours, SECTION("vendor-prod-mde-linux", URI, ""));
        scratch_write(scratch, "/etc/yum.repos.d/site.repo", "[vendor-prod]\nbaseurl=https://mirror.corp/\n");
        assert_string_equal(claimed(scratch, ours, &source), "vendor-prod-mde-linux");
        assert_string_equal(claimed(scratch, "/etc/yum.repos.d/other.repo", &source), "vendor-prod-mde-linux-2");
}

/* The first file of an id is in force. */
static void an_unsigned_entry_goes_though_others_have_its_id(void **state)
{
        static const char ours[] = "/etc/yum.repos.d/microsoft-prod.repo",
                          unsigned_one[] = SECTION("vendor-prod", URI, "gpgcheck=0\n");
        Scratch *scratch = *state;
        _cleanup_free_ char *text = NULL;
        PackageSource source;

        scratch_write(scratch, ours, unsigned_one);
        scratch_write(scratch, "/etc/yum.repos.d/prod.repo", GOOD);
        assert_string_equal(claimed(scratch, ours, &source), "vendor-prod-mde-linux");
        text = source_format_dnf.format(&source, "x86_64", unsigned_one, strlen(unsigned_one));
        assert_null(strstr(text, "gpgcheck=0"));
        assert_null(strstr(text, "[vendor-prod]"));
        scratch_write(scratch, ours, text);
        assert_true(find(scratch, &source_format_dnf, &wanted, &source));
        assert_string_equal(source.id, "vendor-prod-mde-linux");
        assert_false(source.unverified);
}

static void a_refresh_leaves_traces_by_the_id_only(void **state)
{
        const SourceFormat *const formats[] = { &source_format_dnf, &source_format_dnf5, &source_format_zypper };
        SourceTrace traces[SOURCE_TRACES_MAX];
        const PackageSource none = { .uri = URI };
        size_t i, j, n;

        for (i = 0; i < ELEMENTSOF(formats); i++) {
                n = formats[i]->traces(&wanted, traces);
                assert_in_range(n, 1, SOURCE_TRACES_MAX);
                for (j = 0; j < n; j++) {
                        assert_true(text_starts_with(traces[j].prefix, "vendor-prod"));
                        assert_true(text_starts_with(traces[j].folder, "/var/cache/"));
                        assert_true((traces[j].whole || traces[j].temporary) ==
                                    text_equal(traces[j].prefix, "vendor-prod"));
                }
                assert_int_equal(formats[i]->traces(&none, traces), 0);
        }
}

#define ON_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_plain_section_is_taken),
                cmocka_unit_test(harmless_variations_are_taken),
                cmocka_unit_test(a_name_that_is_no_plain_line_gives_way_to_the_id),
                cmocka_unit_test(anything_else_is_refused_and_named),
                cmocka_unit_test(what_a_list_holds_as_a_password_is_never_said),
                cmocka_unit_test(behind_the_name_of_a_secret_nothing_is_said),
                cmocka_unit_test(a_login_is_not_said_though_it_names_a_secret),
                cmocka_unit_test(what_is_no_text_or_too_long_is_refused),
                cmocka_unit_test(our_section_verifies_everything),
                cmocka_unit_test(a_signed_index_stays_required),
                cmocka_unit_test(zypper_keeps_it_fresh_and_keeps_no_packages),
                cmocka_unit_test(what_else_stands_in_the_file_is_kept),
                cmocka_unit_test(what_is_of_no_use_is_taken_out),
                cmocka_unit_test(what_is_of_use_stays),
                ON_SCRATCH(an_existing_source_is_found_in_any_spelling),
                ON_SCRATCH(what_is_another_place_is_not_found),
                ON_SCRATCH(a_disabled_source_is_told_and_not_found),
                ON_SCRATCH(the_first_file_decides_for_an_id),
                ON_SCRATCH(a_source_is_found_by_its_id),
                ON_SCRATCH(keys_that_are_not_one_file_of_this_machine_are_nobodys),
                ON_SCRATCH(what_does_without_signatures_is_unverified),
                ON_SCRATCH(an_id_that_others_have_is_not_taken_from_them),
                cmocka_unit_test_setup_teardown(an_unsigned_entry_goes_though_others_have_its_id, scratch_open,
                                                scratch_close),
                cmocka_unit_test(a_refresh_leaves_traces_by_the_id_only),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
