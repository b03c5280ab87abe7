/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codecs that serializers choose from.
 */
#include "wire/serializer.h"

#include "wire/etf.h"
#include "wire/form.h"
#include "wire/json.h"

const struct codec codec_json = {
	.name = "json",
	.write = json_write,
	.read = json_read,
};

const struct codec codec_erlang = {
	.name = "erlang",
	.write = etf_write,
	.read = etf_read,
};

const struct codec codec_form = {
	.name = "form",
	.read = form_read,
};
