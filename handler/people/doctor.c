/*
 * doctor: with what the extension's settings allow, where they can be read.
 */
#include "handler/people/commands.h"

#include "agent/commands/doctor.h"
#include "handler/people/asked.h"

int command_doctor(const CommandLine *line)
{
        _cleanup_(configuration_clear) Configuration configuration = { 0 };
        _cleanup_(extension_clear) Extension extension = { 0 };
        _cleanup_(session_clear) Session session = { 0 };
        _cleanup_(settings_clear) Settings settings = { 0 };
        _cleanup_free_ char *root = NULL;
        DoctorAsk ask = { 0 };
        Host host;
        int code = command_line_look(line, &configuration, &root, &host);

        if (code)
                return code;
        extension_look(&host, &extension);
        if (asked_read(&host, &extension, &session, &settings, &ask.unreadable))
                ask.asked = &settings.request;
        if (!ask.asked && !ask.unreadable.reason)
                ask.unreadable = configuration.unread;
        ask.root = root;
        ask.site_hidden = configuration.hidden;
        ask.identity = ask.asked ? ask.asked->sources.identity : configuration_setting(&configuration, "azureIdentity");
        return doctor_answer(line, &host, &ask);
}
