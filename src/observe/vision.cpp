/* The one C++ file: OpenCV behind vision.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/vision.h"

#include <cstdio>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <vector>

#include <opencv2/core/utility.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace
{

const double pi = 3.14159265358979323846;
const int max_side = 32766; /* some of OpenCV's functions address pixels with 16 bits */

struct freer {
	void operator()(void *p) const
	{
		std::free(p);
	}
};
template <class T> using owned = std::unique_ptr<T[], freer>;

template <class T> owned<T> allocate(size_t n)
{
	if (n > std::numeric_limits<size_t>::max() / sizeof(T)) throw std::bad_alloc();
	T *p = static_cast<T *>(std::malloc(n ? n * sizeof(T) : 1));
	if (!p) throw std::bad_alloc();
	return owned<T>(p);
}

/* Runs f and turns whatever it throws into a status and a sentence that begins with the operation's name. */
template <class F> tt_status guarded(tt_error *err, const char *operation, F f)
{
	try {
		static const bool one_thread = (cv::setNumThreads(1), true);
		(void)one_thread;
		return f();
	} catch (const std::bad_alloc &) {
		return tt_fail_memory(err, operation);
	} catch (const cv::Exception &e) {
		if (e.code == cv::Error::StsNoMem) return tt_fail_memory(err, operation);
		return tt_fail(err, TT_ERR_FAILED, "%s: OpenCV says: %s", operation, e.err.c_str());
	} catch (const std::exception &e) {
		return tt_fail(err, TT_ERR_FAILED, "%s: %s", operation, e.what());
	} catch (...) {
		return tt_fail(err, TT_ERR_FAILED, "%s: an unknown C++ exception", operation);
	}
}

tt_status check_size(int width, int height, const char *operation, tt_error *err)
{
	if (width >= 1 && height >= 1 && width <= max_side && height <= max_side) return TT_OK;
	return tt_fail(err, TT_ERR_USAGE, "%s: the image is %d x %d pixels, expected 1 to %d on each side", operation,
	               width, height, max_side);
}

tt_status check_image(const tt_image *im, const char *operation, tt_error *err)
{
	if (!im || !im->data) return tt_fail(err, TT_ERR_USAGE, "%s: there is no image", operation);
	tt_status s = check_size(im->width, im->height, operation, err);
	if (s != TT_OK) return s;
	ptrdiff_t row = static_cast<ptrdiff_t>(im->width) * static_cast<ptrdiff_t>(tt_pixel_size(im->type));
	if (im->stride >= row || im->stride <= -row || im->height == 1) return TT_OK;
	return tt_fail(err, TT_ERR_USAGE, "%s: the stride of %td bytes is less than a row of %td", operation,
	               im->stride, row);
}

int cv_type(tt_pixel type)
{
	return type == TT_U8 ? CV_8UC1 : type == TT_U16 ? CV_16UC1 : CV_32FC1;
}

/* A view where OpenCV can have one; a copy where rows run upwards. */
cv::Mat view(const tt_image *im)
{
	size_t row = static_cast<size_t>(im->width) * tt_pixel_size(im->type);
	if (im->stride >= 0)
		return cv::Mat(im->height, im->width, cv_type(im->type), const_cast<void *>(im->data),
		               std::max(static_cast<size_t>(im->stride), row));
	cv::Mat m(im->height, im->width, cv_type(im->type));
	for (int y = 0; y < im->height; y++)
		std::memcpy(m.ptr(y), static_cast<const char *>(im->data) + static_cast<ptrdiff_t>(y) * im->stride,
		            row);
	return m;
}

cv::Mat as_float(const tt_image *im)
{
	cv::Mat out;
	view(im).convertTo(out, CV_32F);
	return out;
}

tt_status check_bytes(const uint8_t *mask, int width, int height, const char *operation, tt_error *err)
{
	if (!mask) return tt_fail(err, TT_ERR_USAGE, "%s: there is no mask", operation);
	return check_size(width, height, operation, err);
}

cv::Mat bytes_view(const uint8_t *mask, int width, int height)
{
	return cv::Mat(height, width, CV_8UC1, const_cast<uint8_t *>(mask));
}

/* Hands a float matrix over to C. */
void give(const cv::Mat &m, tt_vimage *out)
{
	owned<float> data = allocate<float>(m.total());
	cv::Mat target(m.rows, m.cols, CV_32FC1, data.get());
	m.copyTo(target);
	out->width = m.cols;
	out->height = m.rows;
	out->data = data.release();
}

/* Second moments of one region, about a point near it so that no precision is lost. */
struct moments {
	double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
};

void fill_region(tt_region *r, const moments &m)
{
	double mx = m.x / m.n, my = m.y / m.n;
	double xx = m.xx / m.n - mx * mx, yy = m.yy / m.n - my * my, xy = m.xy / m.n - mx * my;
	double half_sum = 0.5 * (xx + yy), root = std::hypot(0.5 * (xx - yy), xy);
	r->cx = r->box.x + mx;
	r->cy = r->box.y + my;
	r->axis_deg = 0.5 * std::atan2(2 * xy, xx - yy) * 180 / pi;
	r->length = 4 * std::sqrt(std::max(0.0, half_sum + root));
	r->width = 4 * std::sqrt(std::max(0.0, half_sum - root));
}

} // namespace

void tt_vimage_free(tt_vimage *im)
{
	if (!im) return;
	std::free(im->data);
	im->data = nullptr;
	im->width = im->height = 0;
}

tt_image tt_vimage_view(const tt_vimage *im)
{
	tt_image v;
	v.data = im->data;
	v.stride = static_cast<ptrdiff_t>(im->width) * static_cast<ptrdiff_t>(sizeof(float));
	v.width = im->width;
	v.height = im->height;
	v.type = TT_F32;
	return v;
}

void tt_vision_library(char *buf, size_t size)
{
	std::snprintf(buf, size, "%d.%d.%d", cv::getVersionMajor(), cv::getVersionMinor(), cv::getVersionRevision());
}

tt_status tt_vision_blur(const tt_image *in, double sigma_px, tt_vimage *out, tt_error *err)
{
	static const char name[] = "blur";
	return guarded(err, name, [&]() -> tt_status {
		tt_status s = check_image(in, name, err);
		if (s != TT_OK) return s;
		if (!(sigma_px >= 0 && sigma_px <= 1000))
			return tt_fail(err, TT_ERR_USAGE, "%s: sigma is %g px, expected 0 to 1000", name, sigma_px);
		cv::Mat result = as_float(in);
		if (sigma_px > 0)
			cv::GaussianBlur(result, result, cv::Size(), sigma_px, sigma_px, cv::BORDER_REFLECT_101);
		give(result, out);
		return TT_OK;
	});
}

tt_status tt_vision_shrink(const tt_image *in, int factor, tt_vimage *out, tt_error *err)
{
	static const char name[] = "shrink";
	return guarded(err, name, [&]() -> tt_status {
		tt_status s = check_image(in, name, err);
		if (s != TT_OK) return s;
		if (factor < 1 || factor > in->width || factor > in->height)
			return tt_fail(err, TT_ERR_USAGE,
			               "%s: the factor is %d, expected 1 to the image's smaller side (%d x %d)", name,
			               factor, in->width, in->height);
		int width = in->width / factor, height = in->height / factor;
		cv::Mat image = as_float(in), result;
		cv::resize(image(cv::Rect(0, 0, width * factor, height * factor)), result, cv::Size(width, height), 0,
		           0, cv::INTER_AREA);
		give(result, out);
		return TT_OK;
	});
}

tt_status tt_vision_regions(const uint8_t *mask, int width, int height, int32_t *labels, tt_region **regions, size_t *n,
                            tt_error *err)
{
	static const char name[] = "regions";
	*regions = nullptr;
	*n = 0;
	return guarded(err, name, [&]() -> tt_status {
		tt_status s = check_bytes(mask, width, height, name, err);
		if (s != TT_OK) return s;
		cv::Mat label, stats, centres;
		int count =
		    cv::connectedComponentsWithStats(bytes_view(mask, width, height), label, stats, centres, 8, CV_32S);
		if (labels) std::memcpy(labels, label.ptr(), label.total() * sizeof(int32_t));
		if (count <= 1) return TT_OK;
		std::vector<moments> sums(static_cast<size_t>(count));
		for (int y = 0; y < height; y++) {
			const int32_t *row = label.ptr<int32_t>(y);
			for (int x = 0; x < width; x++) {
				if (!row[x]) continue;
				double dx = x - stats.at<int>(row[x], cv::CC_STAT_LEFT),
				       dy = y - stats.at<int>(row[x], cv::CC_STAT_TOP);
				moments &m = sums[static_cast<size_t>(row[x])];
				m.n++, m.x += dx, m.y += dy, m.xx += dx * dx, m.xy += dx * dy, m.yy += dy * dy;
			}
		}
		size_t found = static_cast<size_t>(count) - 1;
		owned<tt_region> list = allocate<tt_region>(found);
		for (int i = 1; i < count; i++) {
			tt_region r = {};
			const int *st = stats.ptr<int>(i);
			r.box = {st[cv::CC_STAT_LEFT], st[cv::CC_STAT_TOP], st[cv::CC_STAT_WIDTH],
			         st[cv::CC_STAT_HEIGHT]};
			r.area = st[cv::CC_STAT_AREA];
			r.label = i;
			fill_region(&r, sums[static_cast<size_t>(i)]);
			list[static_cast<size_t>(i) - 1] = r;
		}
		std::stable_sort(list.get(), list.get() + found,
		                 [](const tt_region &p, const tt_region &q) { return p.area > q.area; });
		*n = found;
		*regions = list.release();
		return TT_OK;
	});
}

tt_status tt_vision_fill_polygon(uint8_t *mask, int width, int height, const double *xy, size_t n, uint8_t value,
                                 tt_error *err)
{
	static const char name[] = "polygon";
	return guarded(err, name, [&]() -> tt_status {
		tt_status s = check_bytes(mask, width, height, name, err);
		if (s != TT_OK) return s;
		if (!xy || n < 3)
			return tt_fail(err, TT_ERR_USAGE, "%s: there are %zu corners, expected at least 3", name, n);
		const int shift = 8; /* corners to 1/256 px */
		const double limit = 1 << 20;
		std::vector<std::vector<cv::Point>> polygon(1);
		for (size_t i = 0; i < n; i++) {
			if (!(std::fabs(xy[2 * i]) < limit && std::fabs(xy[2 * i + 1]) < limit))
				return tt_fail(err, TT_ERR_USAGE, "%s: corner %zu at %g, %g is no place near the image",
				               name, i, xy[2 * i], xy[2 * i + 1]);
			polygon[0].emplace_back(cvRound(xy[2 * i] * (1 << shift)),
			                        cvRound(xy[2 * i + 1] * (1 << shift)));
		}
		cv::Mat m = bytes_view(mask, width, height);
		cv::fillPoly(m, polygon, cv::Scalar(value), cv::LINE_8, shift);
		return TT_OK;
	});
}
