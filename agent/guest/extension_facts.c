/* What follows from the facts alone: pure, for rules and their tests. */
#include "agent/guest/extension.h"

#include <stdlib.h>

#include "platform/base/text.h"

void extension_clear(Extension *extension)
{
        free(extension->folders);
        free(extension->runs);
        *extension = (Extension){ 0 };
}

static const ExtensionFolder *folder_of(const Extension *extension, const ExtensionRequest *request)
{
        size_t i;

        for (i = 0; i < extension->n_folders && request->present == TRI_YES; i++)
                if (text_equal(extension->folders[i].path, request->base))
                        return &extension->folders[i];
        return NULL;
}

const ExtensionFolder *extension_folder(const Extension *extension)
{
        const ExtensionFolder *folder = folder_of(extension, &extension->state.current);
        size_t i;

        if (!folder)
                folder = folder_of(extension, &extension->state.last);
        for (i = 0; i < extension->n_folders && !folder; i++)
                if (extension->folders[i].unpacked == TRI_YES)
                        folder = &extension->folders[i];
        return folder ? folder : extension->n_folders > 0 ? &extension->folders[0] : NULL;
}

const ExtensionRun *extension_run(const Extension *extension, int sequence)
{
        size_t i;

        for (i = 0; i < extension->n_runs; i++)
                if (extension->runs[i].sequence == sequence)
                        return &extension->runs[i];
        return NULL;
}

Tri extension_is_busy(const Extension *extension)
{
        return extension_state_is_busy(&extension->state);
}

Tri extension_state_is_busy(const ExtensionState *state)
{
        if (state->locked == TRI_YES || state->worker == TRI_YES || state->worked_on == TRI_YES)
                return TRI_YES;
        return state->locked == TRI_NO || state->worker == TRI_NO ? TRI_NO : TRI_UNKNOWN;
}

bool extension_state_goes_on(const ExtensionState *state, int64_t idle_ms)
{
        return extension_state_is_busy(state) == TRI_YES ||
               (state->next.present == TRI_YES && idle_ms < EXTENSION_HAND_OVER_MS);
}
