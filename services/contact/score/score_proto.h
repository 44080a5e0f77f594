#pragma once

#include "services/contact/rating/rating_store.h"
#include "vefa/contact/v1/score.pb.h"

// Between the messages of the contract and scores.
namespace vefa::contact {

v1::ContactScore ToProto(const ShownScore& score);

}  // namespace vefa::contact
