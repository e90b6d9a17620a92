function h = tt_show_frame(r, number, varargin)
%TT_SHOW_FRAME  A frame of the recording with the gauge on it, beside it the curve up to that frame.
%   TT_SHOW_FRAME(R, NUMBER) shows frame NUMBER (from 0) of the test R, a result
%   of TT_LOAD or the path of one, with the gauge's ends and subsets where they
%   are in that frame, and the stress-strain curve with this frame marked.
%   H = TT_SHOW_FRAME(...) returns the handles H.image, H.subsets, H.ends,
%   H.curve and H.mark ([] where there is none).
%
%   Options, as name and value:
%     'video'    the recording (default: the file named in the results, looked
%                for beside the description that they were made from, in R.folder,
%                in the folder above it and in the present one)
%     'stream'   video stream, from 0 (default: the analysis' own)
%     'program'  the program (default: the environment variable TEMTENSILE, or
%                temtensile on the PATH)
%
%   Units: pixels (their centres from 1, as axes of images count), strain in %,
%   stress in GPa.
%
%   Example
%     tt_show_frame('results/film-5pa', 120, 'video', 'film-5pa/test.mp4')
%
%   See also TT_FRAME, TT_PLOT_CURVE.

% SPDX-License-Identifier: GPL-3.0-or-later
if ischar(r)
    r = tt_load(r);
end
o = tt_options(struct('video', '', 'stream', r.summary.parameters.video_stream, 'program', ''), varargin);
row = find(r.curve.frame == number);
if isempty(row)
    tt_fail('frame', 'there is no frame %d; the results have %d to %d', number, r.curve.frame(1), r.curve.frame(end));
end
if isempty(o.video)
    o.video = find_video(r);
end
picture = tt_frame(o.video, number, 'stream', o.stream, 'program', o.program);
h = struct('image', [], 'subsets', [], 'ends', [], 'curve', [], 'mark', []);
left = subplot('Position', [0.07 0.12 0.45 0.78]);
h.image = imagesc(left, double(picture));
colormap(left, gray(256));
axis(left, 'image');
hold(left, 'on');
if isfield(r, 'subsets')
    h.subsets = plot(left, r.subsets.x_px(:, row) + 1, r.subsets.y_px(:, row) + 1, '.', 'Color', [0.34 0.71 0.91]);
end
if isfield(r, 'ends')
    h.ends = plot(left, r.ends.x_px(row, :) + 1, r.ends.y_px(row, :) + 1, '+-', 'Color', [0.84 0.37 0], ...
                  'MarkerSize', 10, 'LineWidth', 1.2);
end
hold(left, 'off');
title(left, sprintf('frame %d, %.2f s', number, r.curve.time_s(row)));
right = subplot('Position', [0.63 0.15 0.34 0.75]);
h.curve = tt_plot_curve(r, 'axes', right);
hold(right, 'on');
if ~isnan(r.curve.strain(row)) && ~isnan(r.curve.stress_GPa(row))
    h.mark = plot(right, 100 * r.curve.strain(row), r.curve.stress_GPa(row), 'o', 'Color', [0.84 0.37 0], ...
                  'MarkerSize', 8, 'LineWidth', 1.5);
end
hold(right, 'off');
end

function video = find_video(r)
name = r.summary.inputs(2).file;
places = [described_in(r.folder), {r.folder, fullfile(r.folder, '..'), pwd()}];
for i = 1:numel(places)
    video = fullfile(places{i}, name);
    if ~isempty(name) && (name(1) == '/' || name(1) == '\')
        video = name; % as the description wrote it
    end
    if exist(video, 'file')
        return
    end
end
tt_fail('file', '''%s'' is neither beside the description, nor in %s, nor above it, nor in %s: say where with ''video''', name, r.folder, pwd());
end

% The folder of the description, as the record in the folder of results says; {} where it does not.
function places = described_in(folder)
places = {};
if ~exist(fullfile(folder, '.temtensile-record'), 'file')
    return
end
said = regexp(fileread(fullfile(folder, '.temtensile-record')), '^description ([^\r\n]+)', 'tokens', 'once', 'lineanchors');
if ~isempty(said)
    places = {fullfile(folder, fileparts(said{1}))};
end
end
