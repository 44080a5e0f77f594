#pragma once

#include "services/contact/purpose/purpose.h"
#include "vefa/contact/v1/purpose.pb.h"

// Between the messages of the contract and purposes.
namespace vefa::contact {

v1::Purpose ToProto(const Purpose& purpose);
v1::PurposeText ToProto(const PurposeText& text);
// As it came, unchecked; adds what is no value of its field at all.
Purpose FromProto(const v1::Purpose& proto, std::vector<Violation>& violations);
PurposeText FromProto(const v1::PurposeText& proto);

}  // namespace vefa::contact
