/*
 * What Azure says: whether anybody has asked it for the extension, and if not, why Defender for Cloud did not.
 */
#include "agent/doctor/diagnose.h"

#include <string.h>

#include "platform/base/text.h"

#define PORTAL "Environment settings of Defender for Cloud, in the Azure portal"

static bool is_missing(const Signs *signs)
{
        Tri there = signs->extension.there;

        return !signs_are_licensed(signs) &&
               (there == TRI_NO || (there == TRI_UNKNOWN && signs->cloud.extension == TRI_NO));
}

/* Defender for Cloud was to deploy it, and nobody else has done so. */
static bool is_not_asked_for(const Signs *signs)
{
        return is_missing(signs) && signs->cloud.extension != TRI_YES;
}

/* Beside a sensor that is licensed nothing here has to be known. */
static Finding unless_known(const Signs *signs, Tri fact)
{
        if (signs->cloud.asked == TRI_NOT_ASKED || fact == TRI_NOT_ASKED)
                return FINDING_NOT_ASKED;
        if (fact == TRI_UNKNOWN)
                return signs_are_licensed(signs) ? FINDING_NOT_ASKED : FINDING_UNSEEN;
        return FINDING_NO;
}

Finding look_plan_off(const Signs *signs, CauseFound *found)
{
        const AzureSecurity *cloud = &signs->cloud;

        if (!is_not_asked_for(signs) || cloud->plan != TRI_NO)
                return unless_known(signs, cloud->plan);
        return cause_found(found,
                           "Its pricing tier is Free %s subscription %s; without a plan nobody deploys MDE.Linux.",
                           cloud->plan_of_machine ? "for this machine, of" : "in", cloud->subscription);
}

Finding look_integration_off(const Signs *signs, CauseFound *found)
{
        const AzureSecurity *cloud = &signs->cloud;

        if (!is_not_asked_for(signs) || cloud->integration != TRI_NO)
                return unless_known(signs, cloud->integration);
        return cause_found(found, "The setting WDATP of subscription %s is off%s.", cloud->subscription,
                           cloud->plan == TRI_YES ? ", although Defender for Servers is on" : "");
}

Finding look_linux_out(const Signs *signs, CauseFound *found)
{
        const AzureSecurity *cloud = &signs->cloud;

        if (!is_not_asked_for(signs) || cloud->linux_out != TRI_YES || cloud->integration == TRI_NO)
                return unless_known(signs, cloud->linux_out);
        return cause_found(found, "WDATP_EXCLUDE_LINUX_PUBLIC_PREVIEW of subscription %s is on.", cloud->subscription);
}

bool signs_name_cloud_cause(const Signs *signs)
{
        const AzureSecurity *cloud = &signs->cloud;

        return is_missing(signs) && cloud->extension != TRI_YES &&
               (cloud->extension == TRI_NO || cloud->plan == TRI_NO || cloud->integration == TRI_NO ||
                cloud->linux_out == TRI_YES);
}

Finding look_not_deployed(const Signs *signs, CauseFound *found)
{
        const AzureSecurity *cloud = &signs->cloud;

        if (!is_missing(signs) || cloud->extension != TRI_NO || cloud->plan == TRI_NO || cloud->integration == TRI_NO ||
            cloud->linux_out == TRI_YES)
                return unless_known(signs, cloud->extension);
        return cause_found(found, "Azure has no extension MDE.Linux for this machine%s.",
                           cloud->integration == TRI_YES && cloud->plan == TRI_YES
                                   ? ", although Defender for Servers and its integration are on"
                                   : "");
}

static bool is_failed(const AzureSecurity *cloud)
{
        return cloud->extension == TRI_YES && (text_equal_nocase(cloud->extension_state, "Failed") ||
                                               text_equal_nocase(cloud->extension_state, "Canceled"));
}

static Finding tell_failure(const AzureSecurity *cloud, CauseFound *found)
{
        return cause_found(found, "Its provisioning state in Azure is %s%s%s.", cloud->extension_state,
                           *cloud->extension_message ? ": " : "", cloud->extension_message);
}

Finding look_deployment_failed(const Signs *signs, CauseFound *found)
{
        if (!is_missing(signs) || !is_failed(&signs->cloud))
                return unless_known(signs, signs->cloud.extension);
        return tell_failure(&signs->cloud, found);
}

/* What the extension itself reports as an error is told by its own reason. */
Finding look_shown_failed(const Signs *signs, CauseFound *found)
{
        if (!signs_are_licensed(signs) || !is_failed(&signs->cloud) ||
            (signs->extension.told == TRI_YES && text_equal(signs->extension.status, "error")))
                return unless_known(signs, signs->cloud.extension);
        return tell_failure(&signs->cloud, found);
}

Finding look_deploying(const Signs *signs, CauseFound *found)
{
        const AzureSecurity *cloud = &signs->cloud;

        if (!is_missing(signs) || cloud->extension != TRI_YES ||
            (!text_equal_nocase(cloud->extension_state, "Creating") &&
             !text_equal_nocase(cloud->extension_state, "Updating")))
                return unless_known(signs, cloud->extension);
        return cause_found(found, "Its provisioning state in Azure is %s, and there is no folder of it.",
                           cloud->extension_state);
}

/* ---- whose it is ------------------------------------------------------------------------------------------------ */

/*
 * The package that the subscription has decides: a subscription's Entra tenant says nothing of the organisation that
 * its packages are of.
 */
static bool differs(const Signs *signs)
{
        const char *now = situation_tenant(&signs->facts), *theirs = signs->cloud.org_id;

        return signs_are_licensed(signs) && text_is_guid(theirs) && text_is_guid(now) &&
               !text_equal_nocase(theirs, now);
}

static bool was_asked_for(const Signs *signs)
{
        return text_equal_nocase(signs->extension.tenant, situation_tenant(&signs->facts));
}

static Finding tell_tenants(const Signs *signs, CauseFound *found)
{
        return cause_found(found, "The sensor is in tenant %s, and subscription %s has the onboarding package of %s.",
                           situation_tenant(&signs->facts), signs->cloud.subscription, signs->cloud.org_id);
}

Finding look_other_subscription(const Signs *signs, CauseFound *found)
{
        if (!differs(signs) || was_asked_for(signs))
                return unless_known(signs, *signs->cloud.org_id ? TRI_YES : TRI_NOT_ASKED);
        return tell_tenants(signs, found);
}

Finding look_other_on_purpose(const Signs *signs, CauseFound *found)
{
        if (!differs(signs) || !was_asked_for(signs))
                return *signs->cloud.org_id ? FINDING_NO : FINDING_NOT_ASKED;
        return tell_tenants(signs, found);
}

/* ---- what is so, what was not seen ------------------------------------------------------------------------------ */

static const char *word_of(Tri fact)
{
        return fact == TRI_YES ? "on" : fact == TRI_NO ? "off" : "not seen";
}

void cloud_say(const Signs *signs, char ret[SIGNS_TEXT_MAX])
{
        const AzureSecurity *cloud = &signs->cloud;

        snprintf(ret, SIGNS_TEXT_MAX, "Defender for Servers %s%s%s, integration %s%s; extension: %s",
                 word_of(cloud->plan), *cloud->sub_plan ? " " : "", cloud->sub_plan, word_of(cloud->integration),
                 cloud->linux_out == TRI_YES ? " but for Linux" : "",
                 cloud->extension == TRI_YES  ? cloud->extension_state
                 : cloud->extension == TRI_NO ? "none"
                                              : "not seen");
}

/* What to do about it here is not what a run has to have done. */
static const char *way_to_see(ReasonId reason)
{
        if (reason == REASON_AZURE_IDENTITY)
                return "Switch on its system assigned identity and give that the role Reader on the subscription, or "
                       "look at " PORTAL ".";
        if (reason == REASON_AZURE_ACCESS)
                return "Give that identity the role Reader on the subscription (it takes minutes), or look at " PORTAL
                       ".";
        if (reason == REASON_AZURE_UNREACHABLE || reason == REASON_AZURE_BLOCKED)
                return "Let this machine reach that host on port 443, or look at " PORTAL ".";
        return "Mend that, or look at " PORTAL ".";
}

char *cloud_trouble(const Signs *signs)
{
        const char *trouble = signs->cloud.trouble;
        size_t length = strlen(trouble);

        return text_copy_n(trouble, length - text_ends_with(trouble, "."));
}

bool cloud_tell_unseen(const Signs *signs, const char *told, char ret[SIGNS_TEXT_MAX], const char **ret_how)
{
        const AzureSecurity *cloud = &signs->cloud;
        _cleanup_free_ char *trouble = cloud_trouble(signs);

        if (!cloud->reason || signs_are_licensed(signs))
                return false;
        snprintf(ret, SIGNS_TEXT_MAX, "%s: %s%.450s",
                 cloud->asked == TRI_YES ? "parts of what Azure says" : "what Azure says", told ? "see " : "",
                 told ? told : trouble);
        *ret_how = way_to_see(cloud->reason);
        return true;
}
