#include "agent/steps/package_gate.h"

#include "agent/steps/package_judge.h"
#include "agent/steps/repository_key.h"
#include "platform/packages/package_file.h"

bool package_gate_applies(const Mission *mission, const PackageSource *source)
{
        const PackageFileFormat *files = mission->manager->files;

        return files && files->verify_alone && !*mission->file.path && !mission->request->use_existing_repo &&
               *source->uri && repository_key_is_vendors(mission, source);
}

/*
 * Where another of the vendor's keys was added; NULL: nowhere. It belongs to those of the source, unless it is there:
 * then the package manager may know it, and it lies in no file.
 */
static const char *extend_keys(Mission *mission)
{
        const char *const keyrings[] = { mission->source.signed_by, mission->manager->sources->key_file };
        _cleanup_(http_client_freep) HttpClient *http = http_client_new(mission->host);
        Failure ignored = { 0 };
        bool added = false;
        size_t i;

        for (i = 0; i < ELEMENTSOF(keyrings); i++)
                if (*keyrings[i] && repository_key_extend(mission, http, keyrings[i], &added, &ignored) == 0 && added)
                        return keyrings[i];
        return NULL;
}

int package_gate(Mission *mission, const char *version, Failure *failure)
{
        const PackageJudgeAsked asked = { .host = mission->host,
                                          .manager = mission->manager,
                                          .version = version,
                                          .keyring = mission->source.signed_by,
                                          .key_files = mission->source.packaged ? mission->source.key_files : NULL,
                                          .ret_sole = &mission->judged_by_sole };
        const char *added, *extended = NULL;
        bool missing;

        mission->judged = mission->judged_by_sole = false;
        if (!package_gate_applies(mission, &mission->source))
                return 0;
        mission_say(mission, "checking the signature of %s", SENSOR_PACKAGE);
        while (package_judge(&asked, &missing, failure) < 0) {
                if (failure->reason != REASON_PACKAGE_SIGNATURE || mission->source.packaged)
                        return -1;
                added = extend_keys(mission);
                if (!added)
                        return -1;
                *failure = (Failure){ 0 };
                extended = added;
        }
        if (extended)
                repository_key_tell(mission, "the package", extended);
        mission->judged = true;
        return 0;
}
