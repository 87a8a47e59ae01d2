#include "agent/commands/doctor_cloud.h"

#include "platform/json_add.h"

static void put_text(Json *object, const char *name, const char *text)
{
        if (*text)
                json_add_text(object, name, text);
}

static void put_tri(Json *object, const char *name, Tri fact)
{
        if (fact == TRI_YES || fact == TRI_NO)
                json_add_flag(object, name, fact == TRI_YES);
}

static void put_extension(const AzureSecurity *cloud, Json *object)
{
        Json *extension;

        if (cloud->extension != TRI_YES && cloud->extension != TRI_NO)
                return;
        extension = json_add_object(object, "extension");
        put_tri(extension, "present", cloud->extension);
        put_text(extension, "state", cloud->extension_state);
        put_text(extension, "message", cloud->extension_message);
}

void doctor_put_cloud(const AzureSecurity *cloud, Json *document)
{
        Json *object = json_add_object(document, "cloud");

        json_add_flag(object, "asked", cloud->asked == TRI_YES);
        put_text(object, "trouble", cloud->trouble);
        put_text(object, "subscription", cloud->subscription);
        put_text(object, "entra_tenant", cloud->directory);
        put_text(object, "package_tenant", cloud->org_id);
        put_tri(object, "servers", cloud->plan);
        put_text(object, "plan", cloud->sub_plan);
        put_tri(object, "integration", cloud->integration);
        put_tri(object, "linux_excluded", cloud->linux_out);
        put_tri(object, "unified_solution", cloud->unified);
        put_extension(cloud, object);
}
