#pragma once

#include "libs/base/result.h"
#include "services/contact/contact.h"
#include "services/contact/contact_store.h"
#include "vefa/contact/v1/contact.pb.h"

// Between the messages of the contract and the domain.
namespace vefa::contact {

v1::Contact ToProto(const Contact& contact);
Contact FromProto(const v1::Contact& proto);
v1::Consent ToProto(const Consent& consent, const Uuid& contact);
Consent FromProto(const v1::Consent& proto);

}  // namespace vefa::contact
