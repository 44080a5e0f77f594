#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/crypto/ed25519.h"
#include "libs/postgres/database.h"
#include "libs/proof/proof.h"
#include "services/contact/consent/consent_secret.h"

// The chain of a tenant's consent lines: what is read and written to make it longer.
namespace vefa::contact {

// How far a chain goes.
struct ChainHead {
  int64_t sequence = 0;
  crypto::Digest hash{};
  Time seal_time{};
  int64_t anchor_sequence = 0;
  crypto::Digest anchor_digest{};
};

// A line that waits for its seal, with what is needed to seal it.
struct UnsealedLine {
  proof::Line line;
  proof::Person person;
  bool erased = false;
  std::optional<ConsentSecret> secret;  // Of those that have one already.
  std::string address_box;  // Empty without an address.
};

// 32 bytes as a digest; zeros for anything else.
crypto::Digest DigestFrom(std::string_view bytes);

// The head, held until the transaction ends; a chain that has none gets one. nullopt when another process holds it.
Result<std::optional<ChainHead>> HoldChain(postgres::Transaction& transaction, const Uuid& tenant);

// At most `limit` lines, oldest first. Contacts without a secret are held against erasure until the transaction ends, and
// get one. DATA_LOSS `KEY_UNWRAP`.
Result<std::vector<UnsealedLine>> TakeUnsealed(postgres::Transaction& transaction, const Sealer& sealer, int32_t limit);

// What makes the chain longer by these lines, in their order, at this time; `head` becomes the new one.
std::vector<postgres::Call> AppendToChain(const Uuid& tenant, const std::vector<UnsealedLine>& lines, Time now, ChainHead& head);

// Signs the chain's end as that of the day it was reached; `head` notes it.
postgres::Call AnchorChain(const Uuid& tenant, const crypto::SigningKey& key, Time now, ChainHead& head);
// Writes the head down.
postgres::Call KeepHead(const Uuid& tenant, const ChainHead& head);

}  // namespace vefa::contact
