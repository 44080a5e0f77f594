#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include "services/contact/interest/interest.h"
#include "vefa/contact/v1/interest.pb.h"
#include "vefa/contact/v1/interest_events.pb.h"

// Between the messages of the contract and interests.
namespace vefa::contact {

// Reads and checks; what has no id is given one. Adds every violation, fields under `signals[i].`.
std::vector<InterestSignal> FromProto(const google::protobuf::RepeatedPtrField<v1::InterestSignal>& protos, const Clock& clock,
                                      std::vector<Violation>& violations);
v1::Interest ToProto(const Interest& interest, Time at);
// Of the event `interests.changed`: these parts.
std::string InterestsPayload(const InterestParts& parts);

}  // namespace vefa::contact
