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
#include <numeric>
#include <vector>

#include <opencv2/core/utility.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace
{

const double nan_value = std::numeric_limits<double>::quiet_NaN();
const double pi = 3.14159265358979323846;
const int max_side = 32766; /* OpenCV's remap addresses pixels with 16 bits */

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

/* The image as 32-bit float with `minus` subtracted (a big mean costs float precision in sums). */
cv::Mat as_float(const tt_image *im, double minus = 0)
{
	cv::Mat out;
	view(im).convertTo(out, CV_32F, 1, -minus);
	return out;
}

tt_status check_finite(const tt_image *im, const char *operation, tt_error *err)
{
	if (im->type != TT_F32) return TT_OK;
	cv::Point bad;
	if (cv::checkRange(view(im), true, &bad)) return TT_OK;
	return tt_fail(err, TT_ERR_USAGE, "%s: the pixel at %d, %d is not a finite number", operation, bad.x, bad.y);
}

tt_status check_mask(const tt_image *im, const tt_image *mask, const char *operation, tt_error *err)
{
	if (!mask) return TT_OK;
	tt_status s = check_image(mask, operation, err);
	if (s != TT_OK) return s;
	if (mask->type == TT_U8 && mask->width == im->width && mask->height == im->height) return TT_OK;
	return tt_fail(err, TT_ERR_USAGE, "%s: the mask is %d x %d pixels, expected 8 bit and %d x %d", operation,
	               mask->width, mask->height, im->width, im->height);
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

/* Vertex of the parabola through three values at -1, 0, 1, the middle one the largest. */
double parabola(double left, double middle, double right)
{
	double curvature = left - 2 * middle + right;
	if (!(curvature < 0)) return 0;
	return std::min(0.5, std::max(-0.5, 0.5 * (left - right) / curvature));
}

/* The same for a peak of Gaussian shape. */
double log_parabola(double left, double middle, double right)
{
	if (!(left > 0 && middle > 0 && right > 0)) return parabola(left, middle, right);
	return parabola(std::log(left), std::log(middle), std::log(right));
}

/* The phase of the cross spectrum, back in space: 1 at the shift for a copy, a Gaussian peak of 1.6 px.
 * cv::phaseCorrelate gives every frequency the same weight, so in smooth images the noise of the empty high ones wins;
 * here a Gaussian of 0.1 cycles/px weighs them down. */
cv::Mat phase_surface(const tt_image *a, const tt_image *b)
{
	cv::Mat window, spectrum[2], product, surface;
	const tt_image *image[2] = {a, b};
	cv::createHanningWindow(window, cv::Size(a->width, a->height), CV_32F);
	int w = cv::getOptimalDFTSize(a->width), h = cv::getOptimalDFTSize(a->height);
	for (int i = 0; i < 2; i++) {
		cv::Mat m = as_float(image[i], cv::mean(view(image[i]))[0]), padded;
		cv::multiply(m, window, m);
		cv::copyMakeBorder(m, padded, 0, h - a->height, 0, w - a->width, cv::BORDER_CONSTANT, cv::Scalar(0));
		cv::dft(padded, spectrum[i], cv::DFT_COMPLEX_OUTPUT);
	}
	cv::mulSpectrums(spectrum[1], spectrum[0], product, 0, true);
	double total = 0;
	for (int y = 0; y < h; y++) {
		cv::Vec2f *row = product.ptr<cv::Vec2f>(y);
		double fy = (y > h / 2 ? y - h : y) / static_cast<double>(h);
		for (int x = 0; x < w; x++) {
			double fx = (x > w / 2 ? x - w : x) / static_cast<double>(w);
			double weight = std::exp(-0.5 * (fx * fx + fy * fy) / (0.1 * 0.1));
			double magnitude = std::hypot(static_cast<double>(row[x][0]), static_cast<double>(row[x][1]));
			float scale = magnitude > 0 ? static_cast<float>(weight / magnitude) : 0;
			row[x] = cv::Vec2f(row[x][0] * scale, row[x][1] * scale);
			total += weight;
		}
	}
	cv::dft(product, surface, cv::DFT_INVERSE | cv::DFT_REAL_OUTPUT);
	surface *= 1 / total;
	return surface;
}

tt_status remapped(const tt_image *in, const cv::Mat &map_x, const cv::Mat &map_y, tt_vimage *out)
{
	cv::Mat image = as_float(in), result;
	cv::remap(image, result, map_x, map_y, cv::INTER_LANCZOS4, cv::BORDER_REPLICATE);
	const float right = static_cast<float>(in->width - 1), bottom = static_cast<float>(in->height - 1);
	for (int y = 0; y < result.rows; y++) {
		const float *mx = map_x.ptr<float>(y), *my = map_y.ptr<float>(y);
		float *r = result.ptr<float>(y);
		for (int x = 0; x < result.cols; x++)
			if (!(mx[x] >= 0 && mx[x] <= right && my[x] >= 0 && my[x] <= bottom))
				r[x] = std::numeric_limits<float>::quiet_NaN();
	}
	give(result, out);
	return TT_OK;
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

tt_status tt_vision_phase_shift(const tt_image *a, const tt_image *b, double shift_xy[2], double *response,
                                tt_error *err)
{
	static const char name[] = "phase correlation";
	return guarded(err, name, [&]() -> tt_status {
		tt_status s;
		if ((s = check_image(a, name, err)) != TT_OK || (s = check_image(b, name, err)) != TT_OK) return s;
		if (a->width != b->width || a->height != b->height)
			return tt_fail(err, TT_ERR_USAGE,
			               "%s: the images are %d x %d and %d x %d pixels, expected the same size", name,
			               a->width, a->height, b->width, b->height);
		if (a->width < 16 || a->height < 16)
			return tt_fail(err, TT_ERR_USAGE,
			               "%s: the images are %d x %d pixels, expected at least 16 x 16", name, a->width,
			               a->height);
		if ((s = check_finite(a, name, err)) != TT_OK || (s = check_finite(b, name, err)) != TT_OK) return s;
		cv::Mat surface = phase_surface(a, b);
		double best = 0;
		cv::Point at;
		cv::minMaxLoc(surface, nullptr, &best, nullptr, &at);
		int w = surface.cols, h = surface.rows;
		auto value = [&](int x, int y) {
			return static_cast<double>(surface.at<float>((y + h) % h, (x + w) % w));
		};
		double dx = log_parabola(value(at.x - 1, at.y), best, value(at.x + 1, at.y));
		double dy = log_parabola(value(at.x, at.y - 1), best, value(at.x, at.y + 1));
		shift_xy[0] = (at.x > w / 2 ? at.x - w : at.x) + dx;
		shift_xy[1] = (at.y > h / 2 ? at.y - h : at.y) + dy;
		if (response) *response = std::min(1.0, std::max(0.0, best));
		return TT_OK;
	});
}

tt_status tt_vision_find(const tt_image *image, const tt_image *templ, const tt_image *mask, double xy[2],
                         double *score, double *second, tt_error *err)
{
	static const char name[] = "template search";
	return guarded(err, name, [&]() -> tt_status {
		tt_status s;
		if ((s = check_image(image, name, err)) != TT_OK || (s = check_image(templ, name, err)) != TT_OK)
			return s;
		if ((s = check_mask(templ, mask, name, err)) != TT_OK) return s;
		if (templ->width > image->width || templ->height > image->height)
			return tt_fail(err, TT_ERR_USAGE,
			               "%s: the template of %d x %d pixels does not fit into the image of %d x %d",
			               name, templ->width, templ->height, image->width, image->height);
		if ((s = check_finite(image, name, err)) != TT_OK || (s = check_finite(templ, name, err)) != TT_OK)
			return s;
		cv::Mat mask_view = mask ? view(mask) : cv::Mat();
		if (mask && cv::countNonZero(mask_view) == 0)
			return tt_fail(err, TT_ERR_USAGE, "%s: the mask leaves no pixel of the template", name);
		cv::Scalar mean, deviation;
		cv::meanStdDev(view(templ), mean, deviation, mask_view);
		if (!(deviation[0] > 1e-6 * std::max(1.0, std::fabs(mean[0]))))
			return tt_fail(err, TT_ERR_FAILED, "%s: the template is flat (all its pixels are %g)", name,
			               mean[0]);
		cv::Mat fi = as_float(image, mean[0]), ft = as_float(templ, mean[0]), scores;
		if (mask) {
			cv::Mat weights;
			mask_view.convertTo(weights, CV_32F);
			cv::threshold(weights, weights, 0, 1, cv::THRESH_BINARY);
			cv::matchTemplate(fi, ft, scores, cv::TM_CCOEFF_NORMED, weights);
		} else {
			cv::matchTemplate(fi, ft, scores, cv::TM_CCOEFF_NORMED);
		}
		/* A flat place in the image has no score; rounding may give slightly more than 1, or far more. */
		for (int y = 0; y < scores.rows; y++) {
			float *row = scores.ptr<float>(y);
			for (int x = 0; x < scores.cols; x++)
				if (!(std::fabs(row[x]) <= 1.001f)) row[x] = -1;
		}
		double best = 0;
		cv::Point at;
		cv::minMaxLoc(scores, nullptr, &best, nullptr, &at);
		xy[0] = at.x;
		xy[1] = at.y;
		if (at.x > 0 && at.x < scores.cols - 1)
			xy[0] += parabola(scores.at<float>(at.y, at.x - 1), best, scores.at<float>(at.y, at.x + 1));
		if (at.y > 0 && at.y < scores.rows - 1)
			xy[1] += parabola(scores.at<float>(at.y - 1, at.x), best, scores.at<float>(at.y + 1, at.x));
		if (score) *score = std::min(1.0, best);
		if (second) {
			int rx = std::max(3, templ->width / 4), ry = std::max(3, templ->height / 4);
			cv::Rect near(at.x - rx, at.y - ry, 2 * rx + 1, 2 * ry + 1);
			near &= cv::Rect(0, 0, scores.cols, scores.rows);
			double other = 0;
			*second = nan_value;
			if (near.area() < scores.rows * scores.cols) {
				scores(near).setTo(-2);
				cv::minMaxLoc(scores, nullptr, &other);
				*second = std::min(1.0, other);
			}
		}
		return TT_OK;
	});
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

tt_status tt_vision_warp_affine(const tt_image *in, const double m[6], int width, int height, tt_vimage *out,
                                tt_error *err)
{
	static const char name[] = "affine warp";
	return guarded(err, name, [&]() -> tt_status {
		tt_status s;
		if ((s = check_image(in, name, err)) != TT_OK || (s = check_size(width, height, name, err)) != TT_OK)
			return s;
		for (int i = 0; i < 6; i++)
			if (!std::isfinite(m[i]))
				return tt_fail(err, TT_ERR_USAGE, "%s: the matrix is not finite", name);
		cv::Mat map_x(height, width, CV_32F), map_y(height, width, CV_32F);
		for (int y = 0; y < height; y++) {
			float *mx = map_x.ptr<float>(y), *my = map_y.ptr<float>(y);
			for (int x = 0; x < width; x++) {
				mx[x] = static_cast<float>(m[0] * x + m[1] * y + m[2]);
				my[x] = static_cast<float>(m[3] * x + m[4] * y + m[5]);
			}
		}
		return remapped(in, map_x, map_y, out);
	});
}

tt_status tt_vision_remap(const tt_image *in, const float *map_x, const float *map_y, int width, int height,
                          tt_vimage *out, tt_error *err)
{
	static const char name[] = "warp";
	return guarded(err, name, [&]() -> tt_status {
		tt_status s;
		if ((s = check_image(in, name, err)) != TT_OK || (s = check_size(width, height, name, err)) != TT_OK)
			return s;
		if (!map_x || !map_y) return tt_fail(err, TT_ERR_USAGE, "%s: there is no map", name);
		cv::Mat mx(height, width, CV_32F, const_cast<float *>(map_x)),
		    my(height, width, CV_32F, const_cast<float *>(map_y));
		return remapped(in, mx, my, out);
	});
}

tt_status tt_vision_otsu(const tt_image *in, const tt_image *mask, double *level, double *separation, tt_error *err)
{
	static const char name[] = "threshold";
	return guarded(err, name, [&]() -> tt_status {
		tt_status s;
		if ((s = check_image(in, name, err)) != TT_OK || (s = check_mask(in, mask, name, err)) != TT_OK)
			return s;
		if ((s = check_finite(in, name, err)) != TT_OK) return s;
		cv::Mat image = view(in), mask_view = mask ? view(mask) : cv::Mat(), histogram;
		if (mask && cv::countNonZero(mask_view) == 0)
			return tt_fail(err, TT_ERR_USAGE, "%s: the mask leaves no pixel", name);
		double lo = 0, hi = 255;
		int bins = 256;
		if (in->type != TT_U8) {
			cv::minMaxLoc(image, &lo, &hi, nullptr, nullptr, mask_view);
			bins = 1024;
		}
		if (separation) *separation = 0;
		*level = lo;
		if (!(hi > lo)) return TT_OK;
		double step = in->type == TT_U8 ? 1 : (hi - lo) / bins;
		float range[2] = {static_cast<float>(lo), static_cast<float>(in->type == TT_U8 ? 256 : hi)};
		const float *ranges[] = {range};
		const int channels[] = {0};
		cv::calcHist(&image, 1, channels, mask_view, histogram, 1, &bins, ranges);
		double n = 0, sum = 0, square = 0;
		for (int i = 0; i < bins; i++) {
			double h = histogram.at<float>(i);
			n += h, sum += h * i, square += h * i * i;
		}
		if (n <= 0) return TT_OK;
		double total = square / n - (sum / n) * (sum / n), best = 0, below = 0, below_sum = 0;
		int first = 0, last = 0; /* a gap between the classes makes a plateau: take its middle */
		for (int i = 0; i < bins - 1; i++) {
			double h = histogram.at<float>(i);
			below += h, below_sum += h * i;
			if (below <= 0 || below >= n) continue;
			double difference = below_sum / below - (sum - below_sum) / (n - below);
			double between = below / n * (1 - below / n) * difference * difference;
			if (between > best * (1 + 1e-9))
				best = between, first = last = i;
			else if (between >= best * (1 - 1e-9))
				last = i;
		}
		if (total > 0 && separation) *separation = std::min(1.0, best / total);
		double middle = 0.5 * (first + last);
		*level = in->type == TT_U8 ? std::floor(middle) : lo + (middle + 1) * step;
		return TT_OK;
	});
}

tt_status tt_vision_open_close(uint8_t *mask, int width, int height, int radius, bool close, tt_error *err)
{
	static const char name[] = "opening and closing";
	return guarded(err, name, [&]() -> tt_status {
		tt_status s = check_bytes(mask, width, height, name, err);
		if (s != TT_OK) return s;
		if (radius < 0 || radius > 500)
			return tt_fail(err, TT_ERR_USAGE, "%s: the radius is %d px, expected 0 to 500", name, radius);
		if (radius == 0) return TT_OK;
		cv::Mat m = bytes_view(mask, width, height), result;
		cv::Mat disc = cv::getStructuringElement(cv::MORPH_ELLIPSE, cv::Size(2 * radius + 1, 2 * radius + 1));
		cv::morphologyEx(m, result, close ? cv::MORPH_CLOSE : cv::MORPH_OPEN, disc);
		result.copyTo(m);
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

tt_status tt_vision_contours(const uint8_t *mask, int width, int height, double **xy, size_t **starts, size_t *n,
                             tt_error *err)
{
	static const char name[] = "contours";
	*xy = nullptr;
	*starts = nullptr;
	*n = 0;
	return guarded(err, name, [&]() -> tt_status {
		tt_status s = check_bytes(mask, width, height, name, err);
		if (s != TT_OK) return s;
		std::vector<std::vector<cv::Point>> found;
		cv::findContours(bytes_view(mask, width, height), found, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
		std::vector<double> area(found.size());
		std::vector<size_t> order(found.size());
		size_t points = 0;
		for (size_t i = 0; i < found.size(); i++) {
			area[i] = cv::contourArea(found[i]);
			points += found[i].size();
		}
		std::iota(order.begin(), order.end(), size_t{0});
		std::stable_sort(order.begin(), order.end(), [&](size_t p, size_t q) { return area[p] > area[q]; });
		owned<double> out = allocate<double>(2 * points);
		owned<size_t> offsets = allocate<size_t>(found.size() + 1);
		size_t k = 0;
		for (size_t i = 0; i < order.size(); i++) {
			offsets[i] = k;
			for (const cv::Point &p : found[order[i]]) {
				out[2 * k] = p.x;
				out[2 * k + 1] = p.y;
				k++;
			}
		}
		offsets[order.size()] = k;
		*n = order.size();
		*xy = out.release();
		*starts = offsets.release();
		return TT_OK;
	});
}

tt_status tt_vision_fit_line(const double *xy, size_t n, double point[2], double dir[2], double *rms, tt_error *err)
{
	static const char name[] = "line fit";
	return guarded(err, name, [&]() -> tt_status {
		if (!xy || n < 2)
			return tt_fail(err, TT_ERR_FAILED, "%s: there are %zu points, expected at least 2", name, n);
		double mx = 0, my = 0;
		for (size_t i = 0; i < n; i++)
			mx += xy[2 * i], my += xy[2 * i + 1];
		mx /= static_cast<double>(n), my /= static_cast<double>(n);
		if (!std::isfinite(mx) || !std::isfinite(my))
			return tt_fail(err, TT_ERR_USAGE, "%s: a point is not finite", name);
		std::vector<cv::Point2f> points(n);
		bool spread = false;
		for (size_t i = 0; i < n; i++) {
			points[i] =
			    cv::Point2f(static_cast<float>(xy[2 * i] - mx), static_cast<float>(xy[2 * i + 1] - my));
			spread = spread || points[i] != points[0];
		}
		if (!spread) return tt_fail(err, TT_ERR_FAILED, "%s: all points coincide", name);
		cv::Vec4f line;
		cv::fitLine(points, line, cv::DIST_HUBER, 1.345, 1e-5, 1e-5);
		double norm = std::hypot(line[0], line[1]);
		if (!(norm > 0)) return tt_fail(err, TT_ERR_FAILED, "%s: no direction was found", name);
		double dx = line[0] / norm, dy = line[1] / norm;
		if (std::fabs(dx) < 1e-7) dx = 0, dy = 1; /* fitLine works in float */
		if (dx < 0) dx = -dx, dy = -dy;
		double sum = 0;
		for (const cv::Point2f &p : points) {
			double distance = (p.x - line[2]) * dy - (p.y - line[3]) * dx;
			sum += distance * distance;
		}
		point[0] = line[2] + mx;
		point[1] = line[3] + my;
		dir[0] = dx;
		dir[1] = dy;
		if (rms) *rms = std::sqrt(sum / static_cast<double>(n));
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
