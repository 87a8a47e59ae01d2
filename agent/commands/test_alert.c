#include "agent/commands/test_alert.h"

#include <signal.h>
#include <stdio.h>

#include "agent/commands/screen.h"
#include "agent/sensor/detection.h"
#include "platform/base/text.h"
#include "platform/host_init.h"
#include "platform/json_add.h"
#include "platform/stop_signals.h"

#define NAME_WIDTH 10
#define EDR_URL "https://aka.ms/LinuxDIY"
#define EDR_SCRIPT "mde_linux_edr_diy.sh"
#define EDR_ALERT "Enumeration of files with sensitive data"

/* Nothing of the test may stay, so it is ended and not cut off. */
static volatile sig_atomic_t stop_requested;

static void on_stop(int number)
{
        stop_requested = 1;
}

static const char *how_words(DetectionHow how)
{
        static const char *const words[] = {
                [DETECTION_TAKEN_AWAY] = "took the test file away",
                [DETECTION_REFUSED] = "does not let the test file be used",
                [DETECTION_LISTED] = "has the test file among its threats",
                [DETECTION_SCANNED] = "found the test file in a scan",
        };

        return words[how];
}

static const char *mode_words(DetectionMode mode)
{
        static const char *const words[] = {
                [DETECTION_REAL_TIME] = "real-time protection",
                [DETECTION_PASSIVE] = "passive: it finds when it is told to scan, and takes nothing away",
                [DETECTION_ON_DEMAND] = "real-time protection is off: it finds when it is told to scan",
        };

        return words[mode];
}

/* --- for people ---------------------------------------------------------------------------------------- */

static void show_result(const Screen *screen, const Detection *found)
{
        const long long s = (long long)(found->took_ms / 1000), tenths = (long long)(found->took_ms % 1000 / 100);

        switch (found->result) {
        case DETECTION_FOUND:
                screen_say(screen, SCREEN_GOOD, 0, "Detected: the sensor %s (%lld.%lld s).", how_words(found->how), s,
                           tenths);
                break;
        case DETECTION_MISSED:
                screen_say(screen, SCREEN_BAD, 0, "Not detected: the sensor left the test file alone for %lld s.", s);
                break;
        case DETECTION_FAILED:
                screen_say(screen, SCREEN_BAD, 0, "The test failed.");
                break;
        case DETECTION_UNKNOWN:
        default:
                screen_say(screen, SCREEN_UNKNOWN, 0, "Not known: the test could not be made.");
        }
}

static const char *what_to_do(const Detection *found)
{
        if (found->result == DETECTION_MISSED)
                return "See whether " DETECTION_PARENT " is excluded ('mdatp exclusion list'), whether definitions are "
                       "up to date ('mdatp health'), and which file system " DETECTION_PARENT " is on; try again.";
        if (found->result == DETECTION_FAILED)
                return "Correct that and try again.";
        if (found->not_onboarded)
                return "Onboard this machine ('mde-linux onboard FILE'), then try again; where it should be onboarded "
                       "already, 'mde-linux doctor' says why it is not.";
        return "'mde-linux doctor' says why the sensor does not answer; 'systemctl status mdatp' and 'mdatp health' "
               "tell more of it.";
}

static void show_portal(const Screen *screen, const Detection *found)
{
        if (found->result != DETECTION_FOUND)
                return;
        screen_row(
                screen, found->cloud_proven ? SCREEN_PLAIN : SCREEN_WARNING, NAME_WIDTH, "portal", "%s",
                found->cloud_proven
                        ? "expect an antivirus alert that names EICAR on this device's page within minutes"
                        : "the Defender service has not answered this sensor yet; until then no alert arrives there");
}

static void show_edr(const Screen *screen)
{
        screen_say(screen, SCREEN_PLAIN, 0, "%s", "");
        screen_say(screen, SCREEN_PLAIN, 0,
                   "That was the antivirus. The vendor's test of detection and response (EDR), "
                   "which this command neither downloads nor runs:");
        screen_say(screen, SCREEN_PLAIN, 5, "  1. Download " EDR_URL ", and unpack " EDR_SCRIPT ".");
        screen_say(screen, SCREEN_PLAIN, 5, "  2. Read it, and run it on this machine as root.");
        screen_say(screen, SCREEN_PLAIN, 5,
                   "  3. Expect the alert '" EDR_ALERT "', severity low, in the portal within minutes.");
}

static int show(const Detection *found)
{
        const Screen screen = screen_of(stdout);

        show_result(&screen, found);
        if (*found->why)
                screen_row(&screen, SCREEN_PLAIN, NAME_WIDTH, "why", "%s", found->why);
        if (found->result != DETECTION_UNKNOWN)
                screen_row(&screen, SCREEN_PLAIN, NAME_WIDTH, "mode", "%s", mode_words(found->mode));
        if (*found->threat)
                screen_row(&screen, SCREEN_PLAIN, NAME_WIDTH, "threat", "%s%s%s", found->threat,
                           *found->status ? ", status " : "", found->status);
        if (found->result != DETECTION_FOUND)
                screen_row(&screen, SCREEN_PLAIN, NAME_WIDTH, "do", "%s", what_to_do(found));
        if (*found->left)
                screen_row(&screen, SCREEN_WARNING, NAME_WIDTH, "left", "%s; remove it by hand", found->left);
        show_portal(&screen, found);
        show_edr(&screen);
        return screen_end(&screen);
}

/* --- as a document ------------------------------------------------------------------------------------- */

/* What is not told is not there. */
static void put_told(Json *object, const char *name, const char *text)
{
        if (*text)
                json_add_text(object, name, text);
}

static int print_document(const Detection *found)
{
        static const char *const results[] = { [DETECTION_UNKNOWN] = "unknown",
                                               [DETECTION_FOUND] = "detected",
                                               [DETECTION_MISSED] = "not-detected",
                                               [DETECTION_FAILED] = "failed" };
        static const char *const modes[] = { [DETECTION_REAL_TIME] = "real-time",
                                             [DETECTION_PASSIVE] = "passive",
                                             [DETECTION_ON_DEMAND] = "on-demand" };
        static const char *const hows[] = { [DETECTION_TAKEN_AWAY] = "taken-away",
                                            [DETECTION_REFUSED] = "refused",
                                            [DETECTION_LISTED] = "listed",
                                            [DETECTION_SCANNED] = "scanned" };
        Json *document = screen_document("test-alert", 1), *edr;

        json_add_text(document, "result", results[found->result]);
        if (found->result != DETECTION_UNKNOWN)
                json_add_text(document, "mode", modes[found->mode]);
        if (found->result == DETECTION_FOUND)
                json_add_text(document, "how", hows[found->how]);
        json_add_number(document, "took_ms", found->took_ms);
        json_add_flag(document, "alert_expected", found->result == DETECTION_FOUND && found->cloud_proven);
        put_told(document, "threat", found->threat);
        put_told(document, "status", found->status);
        put_told(document, "why", found->why);
        put_told(document, "left", found->left);
        if (found->result != DETECTION_FOUND)
                json_add_text(document, "remedy", what_to_do(found));
        edr = json_add_object(document, "edr_test");
        json_add_text(edr, "url", EDR_URL);
        json_add_text(edr, "script", EDR_SCRIPT);
        json_add_text(edr, "alert", EDR_ALERT);
        return screen_print_document(document);
}

/* --- the command --------------------------------------------------------------------------------------- */

/* It may take a minute, and a person waits. */
static void say_that_it_takes(void)
{
        const Screen screen = screen_of(stderr);

        if (screen.terminal)
                screen_say(&screen, SCREEN_PLAIN, 0,
                           "A harmless test file is written to " DETECTION_PARENT "; the sensor has %d s to find it.",
                           DETECTION_WAIT_MS / 1000);
}

int command_test_alert(const CommandLine *line)
{
        static const int codes[] = { [DETECTION_UNKNOWN] = COMMAND_UNKNOWN,
                                     [DETECTION_FOUND] = COMMAND_DONE,
                                     [DETECTION_MISSED] = COMMAND_NOT_AS_ASKED,
                                     [DETECTION_FAILED] = COMMAND_FAILED };
        Detection found;
        Host host;
        int written;

        host_init(&host);
        host.stop = &stop_requested;
        stop_signals_catch(on_stop);
        say_that_it_takes();
        detection_run(&host, &found);
        written = command_line_option(line, "json") ? print_document(&found) : show(&found);
        return written == COMMAND_DONE ? codes[found.result] : written;
}
