#pragma once

#include "services/contact/preference/preference_store.h"
#include "vefa/contact/v1/preference.pb.h"
#include "vefa/contact/v1/preference_service.pb.h"

// Between the messages of the contract and what people prefer.
namespace vefa::contact {

v1::PreferenceTopic ToProto(const PreferenceTopic& topic);
// Adds what is no value of its field at all to `violations`.
PreferenceTopic FromProto(const v1::PreferenceTopic& proto, std::vector<Violation>& violations);
v1::Preferences ToProto(const StoredPreferences& stored);
Preferences FromProto(const v1::Preferences& proto, std::vector<Violation>& violations);

// `contacts/{uuid}/preferences`. INVALID_ARGUMENT `NAME_SYNTAX`.
Result<Uuid> ParsePreferencesName(const std::string& name);
// The event `preferences.changed`. Nothing personal is in it.
std::string PreferencesPayload(const Preferences& preferences);

}  // namespace vefa::contact
