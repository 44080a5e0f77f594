#pragma once

#include "libs/base/result.h"
#include "services/contact/attribute/attribute_proto.h"
#include "services/contact/contact.h"
#include "services/contact/contact_store.h"
#include "vefa/contact/v1/contact.pb.h"

// Between the messages of the contract and the domain.
namespace vefa::contact {

v1::Contact ToProto(const Contact& contact);
// Adds what is no value of its field at all, under `prefix`, to `violations`.
Contact FromProto(const v1::Contact& proto, std::string_view prefix, std::vector<Violation>& violations);
// The contact that a field names. One that names none is a violation beside the others of the request, and nil.
Uuid ReadContactName(const std::string& name, std::string field, std::vector<Violation>& violations);
// `contacts/{uuid}/points/{uuid}`.
std::string PointName(const Uuid& contact, const Uuid& point);
v1::ContactPoint ToProto(const ContactPoint& point, const Uuid& contact);
ContactPoint FromProto(const v1::ContactPoint& proto);
v1::Consent ToProto(const Consent& consent, const Uuid& contact);
Consent FromProto(const v1::Consent& proto);

}  // namespace vefa::contact
