#include "agent/commands/verify.h"

#include <stdio.h>
#include <time.h>

#include "agent/answers/advice.h"
#include "agent/answers/remedy.h"
#include "agent/commands/show.h"
#include "agent/onboarding/onboarding_inspect.h"
#include "platform/base/text.h"
#include "platform/host_init.h"
#include "platform/json_add.h"

#define NAME_WIDTH 12
#define DAY_S 86400
#define DATE_LENGTH 10 /* of text_time() */

typedef struct Answer {
        OnboardingInspection found;
        Configuration configuration;
        Failure unread; /* why the site's configuration does not count */
        int64_t now_s;
        const char *root; /* of the image whose site it is; NULL: this machine's */
} Answer;

static void answer_clear(Answer *answer)
{
        onboarding_inspection_clear(&answer->found);
        configuration_clear(&answer->configuration);
}

typedef enum PackageVerdict { GOOD, BAD, UNTRUSTED, NOT_KNOWN } PackageVerdict;

/* This machine may not be able to judge, or may not see whom its site trusts. */
static PackageVerdict verdict_of(const Answer *answer)
{
        ReasonId reason = answer->found.failure.reason;

        if (!reason)
                return GOOD;
        if (reason == REASON_ONBOARDING_ROOT_UNKNOWN || reason == REASON_OFFBOARDING_ROOT_UNKNOWN)
                return answer->unread.reason ? NOT_KNOWN : UNTRUSTED;
        return reason == REASON_OPENSSL_UNUSABLE || reason == REASON_CRYPTO_REFUSED ? NOT_KNOWN : BAD;
}

static const char *kind_name(const OnboardingPackage *package)
{
        return package->kind == ONBOARDING_ONBOARD ? "onboarding" : "offboarding";
}

static const char *carrier_words(const OnboardingInspection *found)
{
        static const char *const words[] = { [ONBOARDING_TEXT_JSON] = "JSON document",
                                             [ONBOARDING_TEXT_PYTHON] = "Python script",
                                             [ONBOARDING_TEXT_SHELL] = "shell script" };

        return words[found->text];
}

static size_t list_hosts(const OnboardingPackage *package, const char *ret[3])
{
        const char *const all[] = { package->edr_host, package->events_host, package->ticket_host };
        size_t n = 0, i;

        for (i = 0; i < ELEMENTSOF(all); i++)
                if (*all[i])
                        ret[n++] = all[i];
        return n;
}

/* --- for people ---------------------------------------------------------------------------------------- */

static void show_certificate(const Screen *screen, const char *name, const CryptoCertificate *certificate)
{
        char from[TEXT_TIME_MAX], until[TEXT_TIME_MAX];

        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, name, "%s, of %.*s to %.*s",
                   *certificate->subject_cn ? certificate->subject_cn : "no common name", DATE_LENGTH,
                   text_time(certificate->not_before, from), DATE_LENGTH, text_time(certificate->not_after, until));
}

static void show_signer(const Screen *screen, const OnboardingPackage *package)
{
        size_t i;

        show_certificate(screen, "signed by", &package->leaf);
        for (i = 0; i + 1 < package->n_chain; i++)
                show_certificate(screen, "issued by", &package->chain[i]);
        show_certificate(screen, "root", &package->root);
        if (package->root_pinned) /* else it stands in what was found */
                screen_row(screen, SCREEN_GOOD, NAME_WIDTH, "root is", "known here: SHA-256 %s", package->root.sha256);
}

static void show_end(const Screen *screen, const OnboardingPackage *package, int64_t now_s)
{
        int64_t days = (package->expires - now_s) / DAY_S;
        char when[TEXT_TIME_MAX];

        if (package->kind == ONBOARDING_ONBOARD)
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "valid until",
                           "no end; dates of the certificates do not count");
        else if (package->expires <= now_s)
                screen_row(screen, SCREEN_BAD, NAME_WIDTH, "valid until", "%s: it has expired",
                           text_time(package->expires, when));
        else
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "valid until", "%s, %lld days from now",
                           text_time(package->expires, when), (long long)days);
}

static void show_package(const Screen *screen, const Answer *answer)
{
        const OnboardingPackage *package = &answer->found.package;
        _cleanup_(text_clear) Text hosts = { 0 };
        const char *names[3];
        size_t n = list_hosts(package, names), i;

        for (i = 0; i < n; i++)
                text_append(&hosts, "%s%s", i ? ", " : "", names[i]);
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "tenant", "%s", package->org_id);
        if (package->kind == ONBOARDING_ONBOARD)
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "geography", "%s, %s connectivity",
                           *package->geo ? package->geo : "not told",
                           package->streamlined ? "streamlined" : "standard");
        if (n)
                screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "names hosts", "%s", hosts.data);
        show_end(screen, package, answer->now_s);
        show_signer(screen, package);
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "comes as", "%s%s%s%s%s", carrier_words(&answer->found),
                   answer->found.base64 ? ", in base64" : "", answer->found.zipped ? ", in a zip archive" : "",
                   *package->version ? "; of version " : "", package->version);
}

static const char *what_of(const OnboardingInspection *found)
{
        return found->kind_known ? reason_get(found->failure.reason)->what
                                 : "Neither an onboarding nor an offboarding package can be read from it.";
}

/* Caller frees. */
static char *remedy_of(const Answer *answer)
{
        const OnboardingInspection *found = &answer->found;

        return advice_words(answer->root, remedy_of_package(found->failure.reason, found->kind_known));
}

static void show_failure(const Screen *screen, const Answer *answer)
{
        _cleanup_free_ char *remedy = remedy_of(answer);
        const Failure *failure = &answer->found.failure;
        const Reason *reason = reason_get(failure->reason);

        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "reason", "%s", reason->id);
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "what", "%s", what_of(&answer->found));
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "why", "%s", failure->found);
        screen_row(screen, SCREEN_PLAIN, NAME_WIDTH, "do", "%s", remedy);
}

/* kind NULL: not known, as it could not be read. */
static void show_verdict(const Screen *screen, PackageVerdict verdict, const char *kind)
{
        if (verdict == GOOD)
                screen_say(screen, SCREEN_GOOD, 0, "Good: an %s package, as it was signed.", kind);
        else if (verdict == UNTRUSTED)
                screen_say(screen, SCREEN_WARNING, 0,
                           "An %s package as it was signed, but under a root that nobody vouches for here.", kind);
        else if (verdict == NOT_KNOWN)
                screen_say(screen, SCREEN_UNKNOWN, 0, "Not known: whether it is good could not be judged.");
        else if (kind)
                screen_say(screen, SCREEN_BAD, 0, "Not to be used: an %s package.", kind);
        else
                screen_say(screen, SCREEN_BAD, 0, "Not to be used.");
}

static int show(const Answer *answer)
{
        const OnboardingInspection *found = &answer->found;
        const Screen screen = screen_of(stdout);
        const char *kind = found->readable ? kind_name(&found->package) : NULL;
        _cleanup_free_ char *file = advice_text(answer->root, CONFIGURATION_FILE);

        show_verdict(&screen, verdict_of(answer), kind);
        if (found->failure.reason)
                show_failure(&screen, answer);
        if (found->readable)
                show_package(&screen, answer);
        if (answer->unread.reason)
                screen_row(&screen, SCREEN_UNKNOWN, NAME_WIDTH, "not looked at", "roots of this site, as %s: %s", file,
                           answer->unread.found);
        return screen_end(&screen);
}

/* --- as a document ------------------------------------------------------------------------------------- */

static void add_certificate(Json *list, const CryptoCertificate *certificate)
{
        Json *object = json_add_row(list);
        char when[TEXT_TIME_MAX];

        json_add_text(object, "subject", certificate->subject_cn);
        json_add_text(object, "issuer", certificate->issuer_cn);
        json_add_text(object, "not_before", text_time(certificate->not_before, when));
        json_add_text(object, "not_after", text_time(certificate->not_after, when));
        json_add_text(object, "sha256", certificate->sha256);
}

static void add_lists(Json *object, const OnboardingPackage *package)
{
        Json *list = json_add_list(object, "hosts");
        const char *names[3];
        size_t n = list_hosts(package, names), i;

        for (i = 0; i < n; i++)
                json_add_item(list, names[i]);
        list = json_add_list(object, "certificates");
        add_certificate(list, &package->leaf);
        for (i = 0; i < package->n_chain; i++)
                add_certificate(list, &package->chain[i]);
}

static Json *make_package(const OnboardingInspection *found)
{
        const OnboardingPackage *package = &found->package;
        Json *object = json_object_new_object();
        char when[TEXT_TIME_MAX];

        json_add_text(object, "kind", kind_name(package));
        json_add_text(object, "tenant", package->org_id);
        json_add_text(object, "package_version", package->version);
        json_add_flag(object, "root_known", package->root_pinned);
        json_add_text(object, "text", carrier_words(found));
        json_add_flag(object, "base64", found->base64);
        json_add_flag(object, "zip", found->zipped);
        if (package->kind == ONBOARDING_ONBOARD) {
                json_add_text(object, "geography", package->geo);
                json_add_flag(object, "streamlined", package->streamlined);
        } else {
                json_add_text(object, "valid_until", text_time(package->expires, when));
        }
        add_lists(object, package);
        return object;
}

static Json *make_refusal(const Answer *answer)
{
        _cleanup_free_ char *remedy = remedy_of(answer);
        Json *refusal = show_failure_json(&answer->found.failure, remedy);

        json_add_text(refusal, "what", what_of(&answer->found));
        return refusal;
}

static int print_document(const Answer *answer)
{
        static const char *const verdicts[] = {
                [GOOD] = "good", [BAD] = "bad", [UNTRUSTED] = "untrusted", [NOT_KNOWN] = "unknown"
        };
        const OnboardingInspection *found = &answer->found;
        Json *document = screen_document("verify", 1);

        json_add_text(document, "verdict", verdicts[verdict_of(answer)]);
        if (found->failure.reason)
                json_object_object_add(document, "refusal", make_refusal(answer));
        if (found->readable)
                json_object_object_add(document, "package", make_package(found));
        json_add_flag(document, "site_roots_read", !answer->unread.reason);
        return screen_print_document(document);
}

/* --- the command --------------------------------------------------------------------------------------- */

/* The site may be that of an image; it is this machine that judges. */
int command_verify(const CommandLine *line)
{
        _cleanup_(answer_clear) Answer answer = { .now_s = time(NULL) };
        _cleanup_secret_ Secret bytes = { 0 };
        _cleanup_free_ char *root = NULL;
        Error err = { 0 };
        Host host, site;
        int written;

        host_init(&host);
        site = host;
        written = command_line_root(line, &root, &site);
        answer.root = root;
        if (written)
                return written;
        if (onboarding_inspect_read(line->words[0], &bytes, &err) < 0) {
                fprintf(stderr, "mde-linux verify: %s\n", err.text);
                return COMMAND_USAGE;
        }
        if (configuration_read(&site, &answer.configuration, &answer.unread) == 0)
                configuration_apply(&answer.configuration, &host);
        onboarding_inspect(&host, bytes.data, bytes.length, answer.now_s, &answer.found);
        written = command_line_option(line, "json") ? print_document(&answer) : show(&answer);
        if (written != COMMAND_DONE || verdict_of(&answer) == GOOD)
                return written;
        return verdict_of(&answer) == NOT_KNOWN ? COMMAND_UNKNOWN : COMMAND_NOT_AS_ASKED;
}
