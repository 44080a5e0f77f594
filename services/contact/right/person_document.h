#pragma once

#include "libs/postgres/database.h"
#include "services/contact/pii_keys.h"
#include "vefa/contact/v1/person_export_service.pb.h"

namespace vefa::contact {

// Everything that contact holds of a person and of the records that are a part of hers, read piece by piece: what changes meanwhile may be
// in one and not in another. Nothing for whom, or when, it is made. NOT_FOUND `CONTACT_NOT_FOUND`, DATA_LOSS `KEY_UNWRAP`.
Result<v1::PersonDocument> ReadPersonDocument(postgres::Database& database, const Sealer& sealer, const Uuid& contact, Time now,
                                              Deadline deadline);

}  // namespace vefa::contact
