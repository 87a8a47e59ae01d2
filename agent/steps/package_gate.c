#include "agent/steps/package_gate.h"

#include "agent/steps/package_judge.h"
#include "agent/steps/repository_key.h"
#include "platform/packages/package_file.h"

bool package_gate_applies(const Mission *mission)
{
        const PackageFileFormat *files = mission->manager->files;
        return files && files->verify_alone && !*mission->file.path && !mission->request->use_existing_repo &&
               *mission->source.uri && repository_key_is_vendors(mission, &mission->source);
}

/* The pinned key that it takes may be known to the package manager and lie in no file. */
static bool has_more_keys(Mission *mission)
{
        _cleanup_(http_client_freep) HttpClient *http = http_client_new(mission->host);
        Failure ignored = { 0 };
        bool added = false;

        return repository_key_extend(mission, http, mission->manager->sources->key_file, &added, &ignored) == 0 &&
               added;
}

int package_gate(Mission *mission, const char *version, Failure *failure)
{
        const PackageJudgeAsked asked = { .host = mission->host,
                                          .manager = mission->manager,
                                          .version = version,
                                          .keyring = mission->source.signed_by,
                                          .key_files = mission->source.packaged ? mission->source.key_files : NULL };
        bool missing, more = false;

        if (!package_gate_applies(mission))
                return 0;
        mission_say(mission, "checking the signature of %s", SENSOR_PACKAGE);
        while (package_judge(&asked, &missing, failure) < 0) {
                if (failure->reason != REASON_PACKAGE_SIGNATURE || mission->source.packaged || !has_more_keys(mission))
                        return -1;
                *failure = (Failure){ 0 };
                more = true;
        }
        if (more)
                repository_key_tell(mission, "the package", mission->manager->sources->key_file);
        mission->judged = true;
        return 0;
}
