#include "agent/steps.h"

int step_managed_config(Mission *mission, Failure *failure)
{
        return 0;
}
