#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "services/contact/preference/preference.h"

// The SQL of topics and of what people prefer.
namespace vefa::contact {

Result<PreferenceTopics> ReadTopics(postgres::Database& database, const Uuid& tenant, Deadline deadline);
Result<PreferenceTopics> ReadTopics(postgres::Transaction& transaction, const Uuid& tenant);
// As stored. ALREADY_EXISTS `PREFERENCE_TOPIC_TAKEN`, RESOURCE_EXHAUSTED `PREFERENCE_TOPICS_TOO_MANY`.
Result<PreferenceTopic> InsertTopic(postgres::Transaction& transaction, const Uuid& tenant, PreferenceTopic topic, const Clock& clock);
// Archived now, or already. NOT_FOUND `PREFERENCE_TOPIC_NOT_FOUND`.
Result<PreferenceTopic> ArchiveTopic(postgres::Database& database, const Uuid& tenant, const std::string& code, const Clock& clock,
                                     Deadline deadline);

// A person and what they prefer.
struct StoredPreferences {
  Uuid contact;
  bool erased = false;
  Uuid merged_into;  // Of a part of another: whose. Nil otherwise.
  std::string language;
  std::string time_zone;
  Preferences preferences;
  int64_t version = 0;  // Of the preferences; 0 before anything was said.
  std::optional<Time> update_time;
};
// nullopt when there is no such contact. Of a survivor: restricted by what its parts said, unless it said something since the merge.
Result<std::optional<StoredPreferences>> FindPreferences(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                         Deadline deadline);
// The same, the contact kept from others until the transaction ends.
Result<std::optional<StoredPreferences>> LockPreferences(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact);
// Writes what a locked person prefers now, with the event of that; its version and time are set. The contact's version that it made.
Result<int64_t> WritePreferences(postgres::Transaction& transaction, const Uuid& tenant, StoredPreferences& stored, const Clock& clock);

// What is needed to judge: one for each contact, in their order.
Result<std::vector<PreferenceKnowledge>> KnowPreferences(postgres::Database& database, const Uuid& tenant,
                                                         const std::vector<Uuid>& contacts, Deadline deadline);

// Forgets what an erased person preferred.
postgres::Call ForgetPreferencesCall(const Uuid& tenant, const Uuid& contact);

}  // namespace vefa::contact
