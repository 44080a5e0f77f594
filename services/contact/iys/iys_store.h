#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/iys/iys.h"
#include "services/contact/iys/iys_registry.h"

// The SQL of what IYS is to know.
namespace vefa::contact {

// Takes some of those who are to be looked at, those who changed first.
Result<std::vector<Uuid>> TakeIysDue(postgres::Transaction& transaction, const Uuid& tenant, int32_t limit);
Result<std::vector<Uuid>> TakeIysSweep(postgres::Transaction& transaction, const Uuid& tenant, int32_t limit);
// What those of them who are in Turkey have said of commercial purposes, by channel.
Result<std::vector<IysWord>> ReadIysWords(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts,
                                          bool unknown_country);

// Entries, held until the transaction ends.
Result<std::vector<IysEntry>> LockIysEntries(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts);
Result<std::vector<IysEntry>> LockIysRequest(postgres::Transaction& transaction, const Uuid& tenant, const std::string& request_id);
Status WriteIysEntries(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<IysEntry>& entries);
// Drops those of these contacts that are about none of the words: who moved away, was merged, or has no address there any more.
Status DropIysEntries(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts,
                      const std::vector<IysWord>& words);

// An entry with the address it is about; without one when the contact has another address by now.
struct IysAddressed {
  IysEntry entry;
  Personal<std::string> address;
};
// Those that wait and are due for an attempt, the most urgent first, held.
Result<std::vector<IysAddressed>> LockIysWaiting(postgres::Transaction& transaction, const Uuid& tenant, Time now, int32_t limit);
// Requests whose outcome is to be asked for.
Result<std::vector<std::string>> FindIysRequests(postgres::Database& database, const Uuid& tenant, Time now, int32_t limit, Deadline deadline);

// Where a page of the list, or of the reconciliation, begins.
struct IysPage {
  std::optional<Uuid> contact{};
  int16_t state = 0;  // 0: any.
  std::vector<std::string> after{};  // The keys of the last row; empty for the first page.
  int size = 50;
};
// The most urgent first.
Result<std::vector<IysEntry>> ListIysEntries(postgres::Database& database, const Uuid& tenant, const IysPage& page, Deadline deadline);
std::vector<std::string> IysPageKeys(const IysEntry& entry);
// By contact, with addresses.
Result<std::vector<IysAddressed>> PageIysEntries(postgres::Database& database, const Uuid& tenant, const Uuid& after_contact,
                                                 int16_t after_channel, int32_t limit, Deadline deadline);
// How many are tried anew.
Result<int32_t> RetryIysRefused(postgres::Transaction& transaction, const Uuid& tenant, const std::optional<Uuid>& contact, Time now,
                                int32_t limit);

struct IysCounts {
  int32_t waiting = 0, overdue = 0, due_soon = 0, refused = 0;
  std::optional<Time> first_due_time{};
};
Result<IysCounts> CountIys(postgres::Database& database, const Uuid& tenant, Time now, Deadline deadline);

// Whose primary address it is, of those who stand for themselves.
Result<std::vector<Uuid>> FindIysContacts(postgres::Transaction& transaction, const Uuid& tenant, Channel channel, const std::string& address);
// A commercial purpose that a refusal at IYS ends: one agreed to or waiting to be confirmed, or one that needs no agreement.
struct IysPurpose {
  std::string code;
  bool asked = false;  // The person said something of it before.
};
Result<std::vector<IysPurpose>> FindIysPurposes(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact, Channel channel);

// Of a person who is erased: what IYS knows it keeps, and without an address nothing can be said to it about them.
std::vector<postgres::Call> ForgetIysCalls(const Uuid& tenant, const Uuid& contact);

}  // namespace vefa::contact
