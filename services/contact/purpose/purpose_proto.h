#pragma once

#include "services/contact/purpose/purpose.h"
#include "vefa/contact/v1/purpose.pb.h"

// Between the messages of the contract and purposes.
namespace vefa::contact {

v1::Purpose ToProto(const Purpose& purpose);
v1::PurposeText ToProto(const PurposeText& text);
// As it came, unchecked.
Purpose FromProto(const v1::Purpose& proto);
PurposeText FromProto(const v1::PurposeText& proto);

}  // namespace vefa::contact
