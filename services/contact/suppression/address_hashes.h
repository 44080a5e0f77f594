#pragma once

#include <optional>

#include "libs/postgres/database.h"
#include "services/contact/suppression/address_key.h"

namespace vefa::contact {

// Hashes addresses that have no hash yet, of everybody or of one contact, at most 500 at once; how many there were. Who writes records
// hashes by himself: these are from before there were hashes, or from an older release during an upgrade.
Result<int> HashAddresses(postgres::Transaction& transaction, const Uuid& tenant, const AddressKey& key,
                          const std::optional<Uuid>& contact);

}  // namespace vefa::contact
