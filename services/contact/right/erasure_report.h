#pragma once

#include "libs/postgres/database.h"
#include "vefa/contact/v1/rights_service.pb.h"

namespace vefa::contact {

// What is left of a contact and of what is a part of it, looked at table by table, and what the other services do by themselves.
Result<v1::ErasureReport> ReadErasureReport(postgres::Database& database, const Uuid& tenant, const Uuid& contact, Deadline deadline);

}  // namespace vefa::contact
