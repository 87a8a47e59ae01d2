#include "agent/steps.h"

int step_offboard(Mission *mission, Failure *failure)
{
        return 0;
}
